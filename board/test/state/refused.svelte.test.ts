import "./page";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Board } from "../../src/state/board.svelte";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { visibilityState: "visible", addEventListener: () => undefined });
});
afterEach(() => void vi.useRealTimers());

test("a server that refuses to list the runs is asked ever less often", async () => {
  const asked: number[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    if (path === "api/runs") asked.push(performance.now());
    const error = { code: "token_required", message: "expected a token" };
    return Promise.resolve(new Response(JSON.stringify({ error }), { status: 403 }));
  });
  const board = new Board();
  board.start();
  await vi.advanceTimersByTimeAsync(20_000);
  const pauses = asked.slice(1).map((at, i) => at - asked[i]!);
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  expect(board.fault).toContain("expected a token");
});
