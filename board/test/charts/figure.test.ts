import fc from "fast-check";
import { expect, test } from "vitest";
import { makeAxis } from "../../src/charts/axes";
import { type Figure, figureSize, toSvg } from "../../src/charts/figure";
import { makeScale } from "../../src/charts/scale";

const view = { xMin: 0, xMax: 100, yMin: 0, yMax: 10 };
const figure: Figure = {
  title: "loss",
  notes: ["clipped: 1 point above"],
  view,
  xAxis: makeAxis(makeScale(0, 100), { direction: "right", length: 400 }),
  yAxis: makeAxis(makeScale(0, 10), { direction: "up", length: 200 }),
  marks: [{ kind: "NaN", position: 200, colour: null }],
  plot: { left: 52, width: 400, height: 200 },
  legend: [{ name: "run <1> & co", colour: "#123456" }],
  colours: { surface: "#fff", text: "#000", muted: "#666", grid: "#eee", axis: "#bbb" },
};
const style = { color: "#123456", width: 1.5, opacity: 1 };
const svgOf = (points: readonly (readonly [number, number])[], some: Partial<Figure> = {}): string =>
  toSvg({ ...figure, ...some }, [
    {
      curve: { id: 1, x: Float64Array.from(points, ([x]) => x), y: Float64Array.from(points, ([, y]) => y) },
      style,
    },
  ]);

test("a curve is a line through its vertices, broken where a value is not finite, with lone points as dots", () => {
  const svg = svgOf([[0, 0], [50, 5], [60, NaN], [70, 5], [80, Infinity], [90, 10], [100, 10]]); // prettier-ignore
  expect(svg).toContain('<polyline points="0,200 200,100" stroke="#123456" stroke-width="1.5" opacity="1"/>');
  expect(svg).toContain('<circle cx="280" cy="100" r="2.25" fill="#123456" opacity="1"/>');
  expect(svg).toContain('<polyline points="360,0 400,0"');
  expect(svg).toContain("run &lt;1&gt; &amp; co");
  expect(svg).toContain("clipped: 1 point above");
  expect(svg).toContain(">×<");
});

test("of a curve that goes on outside, one vertex on either side is there", () => {
  const points = Array.from({ length: 50 }, (_, i): [number, number] => [i * 10 - 200, 5]);
  expect(svgOf(points)).toMatch(/points="-40,100 0,100 [^"]* 400,100 440,100"/);
});

test("the legend is capped, and counts the rest", () => {
  const legend = Array.from({ length: 1003 }, (_, i) => ({ name: `run${i}`, colour: "#123456" }));
  const svg = svgOf([], { legend });
  expect(svg).toContain("run39");
  expect(svg).not.toContain(">run40<");
  expect(svg).toContain("and 963 more");
  expect(figureSize({ ...figure, legend }).height).toBeLessThan(1100);
});

test("no name breaks the picture", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const svg = svgOf([], { title: name, legend: [{ name, colour: "#123456" }] });
      // Everything between tags is text without markup or characters that XML lacks.
      expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      const bare = svg.replace(/<\/?(svg|title|rect|clipPath|g|polyline|circle|text)( [^<>]*)?\/?>/g, "");
      expect(bare).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
    }),
  );
});
