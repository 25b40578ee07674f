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
  legend: [{ name: "run <1> & co", colour: "#123456", dash: 0 }],
  colours: { surface: "#fff", text: "#000", muted: "#666", grid: "#eee", axis: "#bbb" },
};
const style = { color: "#123456", width: 1.5, opacity: 1, dash: 0 };
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

test("dashes and bands are in the picture as they are drawn, bands behind all lines", () => {
  const x = Float64Array.of(0, 50, 100);
  const y = Float64Array.of(5, 5, 5);
  const curve = { id: 1, x, y };
  const band = { ...curve, low: Float64Array.of(0, 5, NaN), high: Float64Array.of(10, 10, 10) };
  const svg = toSvg({ ...figure, legend: [{ name: "val", colour: "#abcdef", dash: 1 }] }, [
    { curve, style: { ...style, dash: 1 } },
    { curve: band, style },
  ]);
  const dashes = 'stroke-dasharray="9 5" stroke-linecap="butt"';
  expect(svg).toContain(
    `<polyline points="0,100 200,100 400,100" stroke="#123456" stroke-width="1.5" opacity="1" ${dashes}/>`,
  );
  // Gaps are faint and not empty: no spike is lost in one.
  expect(svg).toContain(
    '<polyline points="0,100 200,100 400,100" stroke="#123456" stroke-width="1.5" opacity="0.16"/>',
  );
  expect(svg).toMatch(new RegExp(`<line [^>]* stroke="#abcdef" stroke-width="3" ${dashes}/>`));
  expect(svg).toContain('<polygon points="0,0 200,0 200,100 0,200" fill="#123456" opacity="0.2"/>');
  expect(svg.indexOf("<polygon")).toBeLessThan(svg.indexOf(dashes));
  const log = { ...view, yMin: 0.1, yScale: "log" } as const;
  const around = { ...curve, low: Float64Array.of(-1, 0, 1), high: Float64Array.of(10, 10, 10) };
  const deep = toSvg({ ...figure, view: log }, [{ curve: around, style }]);
  expect(deep).toMatch(/<polygon points="0,0 200,0 400,0 400,100 200,200000200 0,200000200"/);
});

test("more curves than can be told apart by dashes are solid, as on the page", () => {
  const curve = { id: 1, x: Float64Array.of(0, 100), y: Float64Array.of(1, 1) };
  const crowd = Array.from({ length: 257 }, () => ({ curve, style: { ...style, dash: 1 } }));
  expect(toSvg(figure, crowd)).not.toContain("stroke-dasharray");
});

test("of a curve that goes on outside, one vertex on either side is there", () => {
  const points = Array.from({ length: 50 }, (_, i): [number, number] => [i * 10 - 200, 5]);
  expect(svgOf(points)).toMatch(/points="-40,100 0,100 [^"]* 400,100 440,100"/);
});

test("the legend is capped, and counts the rest", () => {
  const legend = Array.from({ length: 1003 }, (_, i) => ({ name: `run${i}`, colour: "#123456", dash: 0 }));
  const svg = svgOf([], { legend });
  expect(svg).toContain("run39");
  expect(svg).not.toContain(">run40<");
  expect(svg).toContain("and 963 more");
  expect(figureSize({ ...figure, legend }).height).toBeLessThan(1100);
});

test("no name breaks the picture", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const svg = svgOf([], { title: name, legend: [{ name, colour: "#123456", dash: 0 }] });
      // Everything between tags is text without markup or characters that XML lacks.
      expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      const bare = svg.replace(
        /<\/?(svg|title|rect|clipPath|g|polyline|circle|line|text)( [^<>]*)?\/?>/g,
        "",
      );
      expect(bare).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
    }),
  );
});
