import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, fetchHparams, tableText } from "../../src/wire/client";

let server: Server;
let answer: { status: number; body: object };

beforeEach(async () => {
  server = createServer((request, response) => {
    const found = request.url === "/board/api/hparams" ? answer : { status: 404, body: {} };
    response.writeHead(found.status, { "content-type": "application/json" });
    response.end(JSON.stringify(found.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/board/`;
  // A page's addresses are relative to it; outside a page there is nothing that they would be relative to.
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => real(new URL(path, base), init));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("hyper-parameters come by run, numbers as numbers", async () => {
  const runs = { k3v9q2m8x1c4a: { lr: 0.001, optimizer: "adam", bf16: true, clip: "Infinity" } };
  answer = { status: 200, body: { version: 17, runs, incomplete: ["k3v9q2m8x1c4b"] } };
  expect(await fetchHparams()).toEqual({ version: 17, runs, incomplete: ["k3v9q2m8x1c4b"] });
});

test("a step of any size is asked for digit by digit", () => {
  const step = 2n ** 62n + 1n;
  const text = tableText({ tags: ["loss"], runs: null, at_step: step });
  expect(text).toBe('{"tags":["loss"],"runs":null,"at_step":4611686018427387905}');
  expect(JSON.parse(tableText({ tags: [], runs: null, at_step: null }))).toMatchObject({ at_step: null });
});

test("a refusal says why", async () => {
  answer = { status: 401, body: { error: { code: "token_required", message: "Open the address." } } };
  await expect(fetchHparams()).rejects.toEqual(new ApiError(401, "token_required", "Open the address."));
});
