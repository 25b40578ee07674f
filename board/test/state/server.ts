/** A server that answers as a test says, for stores that ask one. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, vi } from "vitest";

/** What is answered to a question; an ArrayBuffer is a column frame, and `refused` the status of a refusal. */
type Answer = (query: Readonly<Record<string, unknown>>) => object | Promise<object>;

/** Answers by path, `api/scalars`; a test gives its own. */
export const answers = new Map<string, Answer>();

let server: Server;

async function answer(path: string, question: string): Promise<{ status: number; body: Buffer }> {
  const found = await answers.get(path)!(question === "" ? {} : JSON.parse(question));
  const status = "refused" in found ? Number(found.refused) : 200;
  const body = found instanceof ArrayBuffer ? Buffer.from(found) : Buffer.from(JSON.stringify(found));
  return { status, body };
}

beforeEach(async () => {
  answers.clear();
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      void answer(request.url!.slice(1), Buffer.concat(parts).toString()).then(({ status, body }) => {
        response.writeHead(status).end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const real = globalThis.fetch;
  // A page's addresses are relative to it; outside a page there is nothing that they would be relative to.
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => real(new URL(path, base), init));
  return () => vi.stubGlobal("fetch", real);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
