import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Asking } from "../../src/state/asking.svelte";
import { ApiError } from "../../src/wire/client";

const PAUSE = 500;
const TAKES = 50;

/** A question whose answers take a while; when each was asked, in milliseconds. The first few are refused. */
function questions(refusal?: Error, times = 1): { asking: Asking; asked: number[] } {
  const start = Date.now();
  const asked: number[] = [];
  const asking = new Asking(async () => {
    asked.push(Date.now() - start);
    await new Promise((resolve) => setTimeout(resolve, TAKES));
    if (refusal && asked.length <= times) throw refusal;
  }, PAUSE);
  return { asking, asked };
}

describe("asking", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("once for all that comes during the pause", async () => {
    const { asking, asked } = questions();
    asking.again();
    await vi.advanceTimersByTimeAsync(TAKES + 10);
    for (let news = 0; news < 5; news++) asking.again();
    await vi.advanceTimersByTimeAsync(5 * PAUSE);
    expect(asked).toEqual([0, TAKES + PAUSE]);
  });

  test("another question at once: in the pause, and as soon as the last is answered", async () => {
    const { asking, asked } = questions();
    asking.again();
    await vi.advanceTimersByTimeAsync(100);
    asking.atOnce();
    await vi.advanceTimersByTimeAsync(20);
    asking.atOnce();
    await vi.advanceTimersByTimeAsync(5 * PAUSE);
    expect(asked).toEqual([0, 100, 100 + TAKES]);
  });

  test("a question that was asked at once is not asked a second time", async () => {
    const { asking, asked } = questions();
    asking.atOnce();
    await vi.advanceTimersByTimeAsync(5 * PAUSE);
    expect(asked).toEqual([0]);
  });

  test("what is refused is told, and asked again", async () => {
    const { asking, asked } = questions(new ApiError(400, "bad", "expected better"));
    asking.again();
    await vi.advanceTimersByTimeAsync(TAKES);
    expect(asking.fault).toBe("expected better");
    await vi.advanceTimersByTimeAsync(PAUSE + TAKES);
    expect(asking.fault).toBeNull();
    expect(asked).toEqual([0, TAKES + PAUSE]);
  });

  test("what is refused again and again, ever more rarely, and at once when it is another question", async () => {
    const { asking, asked } = questions(new ApiError(403, "forbidden", "expected a token"), Infinity);
    asking.again();
    await vi.advanceTimersByTimeAsync(60_000);
    const waits = asked.slice(1).map((at, i) => at - asked[i]! - TAKES);
    expect(waits.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    const before = asked.length;
    asking.again();
    await vi.advanceTimersByTimeAsync(10);
    expect(asked.length).toBe(before);
    asking.atOnce();
    await vi.advanceTimersByTimeAsync(10);
    expect(asked.length).toBe(before + 1);
  });

  test("a server that is away, each second: it may be back at any time", async () => {
    const { asking, asked } = questions(new ApiError(0, "unreachable", "no answer"), Infinity);
    asking.again();
    await vi.advanceTimersByTimeAsync(30_000);
    const waits = asked.slice(1).map((at, i) => at - asked[i]! - TAKES);
    expect(waits.slice(0, 4)).toEqual([500, 1_000, 1_000, 1_000]);
    expect(asking.fault).toBeNull();
  });

  test("nothing while it rests, although it was refused, and again after that", async () => {
    const { asking, asked } = questions(new ApiError(500, "bad", "failed"), Infinity);
    asking.again();
    await vi.advanceTimersByTimeAsync(TAKES / 2);
    asking.rest();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([0]);
    asking.again();
    await vi.advanceTimersByTimeAsync(TAKES);
    expect(asked.length).toBe(2);
  });

  test("nothing once it has ended", async () => {
    const { asking, asked } = questions();
    asking.again();
    asking.again();
    asking.end();
    await vi.advanceTimersByTimeAsync(5 * PAUSE);
    expect(asked).toEqual([0]);
  });
});
