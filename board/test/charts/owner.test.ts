import { expect, it } from "vitest";
import { ownerNear } from "../../src/charts/owner";
import { curve, draw, HEIGHT, WIDTH } from "./drawing";

const picture = draw([
  curve(7, [[0, 60.5], [WIDTH, 60.5]]), // prettier-ignore
  curve(9, [[0, 40.5], [WIDTH, 40.5]]), // prettier-ignore
]);
const near = (x: number, y: number, radius: number) =>
  ownerNear(picture.owner, picture, x, HEIGHT - y, radius);

it("finds the curve under the pointer, else the nearest within the radius", () => {
  expect(near(50.5, 60.5, 0)).toBe(7);
  expect(near(50.5, 40.5, 6)).toBe(9);
  expect(near(50.5, 56.5, 6)).toBe(7);
  expect(near(50.5, 52.5, 20)).toBe(7);
  expect(near(50.5, 48.5, 20)).toBe(9);
});

it("finds nothing where nothing is near, nor outside the picture", () => {
  expect(near(50.5, 50.5, 6)).toBeNull();
  expect(near(-100, 40.5, 6)).toBeNull();
  expect(near(WIDTH + 3, 40.5, 6)).toBe(9);
});
