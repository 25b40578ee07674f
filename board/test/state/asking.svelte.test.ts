import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Asking } from "../../src/state/asking.svelte";
import { ApiError } from "../../src/wire/client";

const PAUSE = 500;
const TAKES = 50;

/** A question whose answers take a while; when each was asked, in milliseconds. */
function questions(refusal?: Error): { asking: Asking; asked: number[] } {
  const start = Date.now();
  const asked: number[] = [];
  const asking = new Asking(async () => {
    asked.push(Date.now() - start);
    await new Promise((resolve) => setTimeout(resolve, TAKES));
    if (refusal && asked.length === 1) throw refusal;
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

  test("nothing once it has ended", async () => {
    const { asking, asked } = questions();
    asking.again();
    asking.again();
    asking.end();
    await vi.advanceTimersByTimeAsync(5 * PAUSE);
    expect(asked).toEqual([0]);
  });
});
