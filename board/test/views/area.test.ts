import { expect, test } from "vitest";
import { plotArea } from "../../src/views/scalars/area";

const ticks = (...texts: string[]) => texts.map((text, i) => ({ value: i, position: i * 28, text }));

test("plots of charts below each other begin at one place, unless a label is too wide for that", () => {
  expect(plotArea(400, 200, ticks("0", "1")).left).toBe(plotArea(400, 200, ticks("0.0", "0.5")).left);
  expect(plotArea(400, 200, ticks("1,000,000,000")).left).toBeGreaterThan(90);
});

test("the labels of a small chart take no more room than they need", () => {
  const small = plotArea(180, 92, ticks("0", "0.5"));
  expect(small.left).toBeLessThan(36);
  expect(small.width).toBeGreaterThan(130);
  expect(plotArea(180, 92, []).width).toBeGreaterThan(150);
  expect(plotArea(10, 10, ticks("1,000")).width).toBe(1);
});
