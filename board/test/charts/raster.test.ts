import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DASHES } from "../../src/charts/dash";
import type { ScaleKind } from "../../src/charts/scale";
import { alphas, curve, draw, farthest, HEIGHT, ink, moved, PIXELS, WIDTH } from "./drawing";

const inside = (margin: number) =>
  fc.tuple(
    fc.double({ min: margin, max: WIDTH - margin, noNaN: true }),
    fc.double({ min: margin, max: HEIGHT - margin, noNaN: true }),
  );
/** A line inside the plot, sorted by x. */
const line = fc
  .array(inside(4), { minLength: 2, maxLength: 30 })
  .map((points) => points.sort((a, b) => a[0] - b[0]));

/** Anything a double can be, with a preference for what breaks arithmetic. */
const wild = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1e300, -1e300, 1.7976931348623157e308, -1.7976931348623157e308),
  fc.constantFrom(Infinity, -Infinity, NaN, 1e15, 1e15 + 1),
);
const kind = fc.oneof(
  fc.constantFrom<ScaleKind>("linear", "log"),
  wild.map((symlog) => ({ symlog })),
);
const wildCurve = fc
  .array(fc.tuple(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), wild), {
    maxLength: 40,
  })
  .map((points) =>
    curve(
      0,
      points.sort((a, b) => a[0] - b[0]),
    ),
  );

describe("a stroke", () => {
  it("covers length × width and the half discs at its ends", () => {
    fc.assert(
      fc.property(inside(5), inside(5), fc.double({ min: 1, max: 8, noNaN: true }), (a, b, width) => {
        const ends = [a, b].sort((p, q) => p[0] - q[0]);
        const length = Math.hypot(a[0] - b[0], a[1] - b[1]);
        fc.pre(length > 0.01);
        const area = length * width + (Math.PI * width * width) / 4;
        const found = ink(draw([curve(0, ends)], PIXELS, { width }));
        // A sixteenth of a column is what the sample lines resolve of an upright edge.
        const resolution = Math.abs(a[1] - b[1]) / 16;
        expect(Math.abs(found - area)).toBeLessThan(0.01 * area + resolution + 0.1);
      }),
    );
  });

  it("covers the same where it is mirrored left to right or upside down", () => {
    fc.assert(
      fc.property(line, (points) => {
        const straight = alphas(draw([curve(0, points)]));
        const mirrored = alphas(draw([curve(0, points.map(([x, y]) => [WIDTH - x, y] as const).reverse())]));
        const turned = alphas(
          draw([
            curve(
              0,
              points.map(([x, y]) => [x, HEIGHT - y] as const),
            ),
          ]),
        );
        // Sample lines lie symmetrically; a rounded edge may fall to the other side.
        const mirroredBack = moved(mirrored, (row, column) => [row, WIDTH - 1 - column]);
        expect(farthest(straight, mirroredBack)).toBeLessThanOrEqual(2);
        expect(
          farthest(
            straight,
            moved(turned, (row, column) => [HEIGHT - 1 - row, column]),
          ),
        ).toBeLessThanOrEqual(2);
      }),
      { numRuns: 40 },
    );
  });

  it("does not show where a vertex was inserted on its way", () => {
    fc.assert(
      fc.property(
        line,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        (points, cuts) => {
          const whole = alphas(draw([curve(0, points)]));
          const split = points.flatMap(([x, y], i) => {
            const [nextX, nextY] = points[i + 1] ?? [x, y];
            const part = cuts[i % cuts.length]!;
            return [[x, y] as const, [x + part * (nextX - x), y + part * (nextY - y)] as const];
          });
          const parts = alphas(draw([curve(0, split)]));
          expect(farthest(whole, parts)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("leaves and enters at the plot's edges exactly as a larger plot shows it", () => {
    // Eighths stay exact when the picture is moved.
    const eighths = fc.integer({ min: -2400, max: 2400 }).map((n) => n / 8);
    const anywhere = fc.tuple(eighths, eighths);
    fc.assert(
      fc.property(fc.array(anywhere, { minLength: 2, maxLength: 20 }), (points) => {
        const sorted = points.sort((a, b) => a[0] - b[0]);
        const plot = alphas(draw([curve(0, sorted)]));
        // The lower left ninth of a plot three times as large, by way of a view moved across it.
        const elsewhere = sorted.map(([x, y]) => [x + WIDTH, y - 2 * HEIGHT] as const);
        const view = { xMin: WIDTH, xMax: 2 * WIDTH, yMin: -2 * HEIGHT, yMax: -HEIGHT };
        const there = alphas(draw([curve(0, elsewhere)], view));
        expect(farthest(plot, there)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it("crosses the plot upright on the way to a value far outside", () => {
    const picture = alphas(draw([curve(0, [[30, 45], [60, 1e300], [90, 45]])])); // prettier-ignore
    const row = (y: number) => picture.slice(y * WIDTH, (y + 1) * WIDTH);
    for (const y of [0, 20, 43]) {
      expect(row(y).reduce((sum, alpha) => sum + alpha, 0) / 255).toBeCloseTo(3, 1);
      expect([row(y)[29], row(y)[89]]).toEqual([191, 191]);
    }
    expect(row(50).every((alpha) => alpha === 0)).toBe(true);
  });
});

describe("gaps and lone points", () => {
  it("does not bridge a gap narrower than the stroke", () => {
    const picture = alphas(draw([curve(0, [[20, 10], [50, 10], [50.2, NaN], [50.4, 80], [90, 80]])])); // prettier-ignore
    for (let row = 15; row < 75; row++) {
      expect(picture.slice(row * WIDTH, (row + 1) * WIDTH).every((alpha) => alpha === 0)).toBe(true);
    }
  });

  it("draws a dot of the same size for a single point, a repeated point and a point between gaps", () => {
    const dot = draw([curve(0, [[60, 45]])]); // prettier-ignore
    expect(ink(dot)).toBeCloseTo(Math.PI * 2.25 ** 2, 0);
    const repeated = draw([curve(0, [[60, 45], [60, 45], [60, 45]])]); // prettier-ignore
    const between = draw([curve(0, [[10, NaN], [60, 45], [90, Infinity]])]); // prettier-ignore
    expect(alphas(repeated)).toEqual(alphas(dot));
    expect(alphas(between)).toEqual(alphas(dot));
  });
});

describe("any input", () => {
  it("ends, and writes whole pixels with an owner that exists and is seen", () => {
    const view = fc.record({
      ...{ xMin: wild, xMax: wild, yMin: wild, yMax: wild },
      ...{ xScale: kind, yScale: kind },
    });
    const dash = fc.nat(DASHES.length - 1);
    fc.assert(
      fc.property(wildCurve, view, dash, (one, view, dash) => {
        const picture = draw([one], view, { dash });
        expect(picture.owner.every((owner) => owner <= 1)).toBe(true);
        expect(picture.owner.every((owner, i) => owner === 0 || picture.pixels[i] !== 0)).toBe(true);
        expect(picture.pixels.length).toBe(WIDTH * HEIGHT);
      }),
      { numRuns: 300 },
    );
  });

  it("fills no more than the strokes can cover", () => {
    // Catches an edge that overflowed: each stroke of the plot's diagonal covers a known area at most.
    fc.assert(
      fc.property(wildCurve, wild, wild, (one, a, b) => {
        const most = (one.x.length + 1) * (WIDTH + HEIGHT + 10) * 5;
        expect(ink(draw([one], { xMin: a, xMax: b, yMin: -1, yMax: 1 }))).toBeLessThanOrEqual(most);
      }),
      { numRuns: 300 },
    );
  });

  it("skips ids without points and draws nothing without curves", () => {
    expect(ink(draw([]))).toBe(0);
    expect(ink(draw([curve(3, [])]))).toBe(0);
  });
});

describe("paint", () => {
  const flat = (id: number, y: number) => curve(id, [[0, y], [WIDTH, y]]); // prettier-ignore

  it("gives a pixel to the last curve that covers half of it", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const all = draw(lines.map((points, id) => curve(id, points)));
        const alone = lines.map((points, id) => alphas(draw([curve(id, points)])));
        const last = Array.from(all.owner, (_, i) =>
          alone.reduce((own, as, id) => (as[i]! >= 128 ? id + 1 : own), 0),
        );
        expect(Array.from(all.owner)).toEqual(last);
      }),
      { numRuns: 50 },
    );
  });

  it("draws by id whatever the order given, and the emphasised last", () => {
    const two = [flat(1, 40.5), flat(2, 40.5)];
    const at = (HEIGHT - 41) * WIDTH + 60;
    expect(draw(two).owner[at]).toBe(3);
    expect(draw(two.reverse()).owner[at]).toBe(3);
  });

  it("shows the color asked for, straight and not premultiplied", () => {
    const picture = draw([flat(0, 40.5)], PIXELS, { color: "#c08040", width: 3, opacity: 0.5 });
    const [red, green, blue, alpha] = picture.bytes.slice(
      4 * ((HEIGHT - 41) * WIDTH + 60),
    ) as unknown as number[];
    expect([red, green, blue].map((channel, i) => Math.abs(channel! - [192, 128, 64][i]!) <= 1)).toEqual([
      true,
      true,
      true,
    ]);
    expect(alpha).toBeCloseTo(128, -0.5);
  });

  it("says which color it cannot read", () => {
    expect(() => draw([flat(0, 1)], PIXELS, { color: "red" })).toThrow('#rrggbb; found "red"');
  });
});
