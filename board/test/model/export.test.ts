import fc from "fast-check";
import { expect, test } from "vitest";
import { fileName, toCsv as csvOf, toJson as jsonOf, type NameOf, toPython } from "../../src/model/export";
import type { Series } from "../../src/model/series";
import { seriesOf } from "./curves";

const toCsv = (series: readonly Series[], nameOf: NameOf): string => [...csvOf(series, nameOf)].join("");
const toJson = (series: readonly Series[], nameOf: NameOf): string => [...jsonOf(series, nameOf)].join("");

const large = 2n ** 60n + 1n;
const series = [
  seriesOf("a", [[0, 0.1], [1, NaN], [2, -Infinity]], { attempt: 1, step: BigInt64Array.of(-1n, 5n, large) }), // prettier-ignore
];
const nameOf = (run: string): string => `${run},"x"\n`;

test("CSV has every number exactly, and any name", () => {
  expect(toCsv(series, nameOf)).toBe(
    [
      "run,tag,attempt,step,wall_time,value",
      '"a,""x""\n",loss,1,-1,1000,0.1',
      '"a,""x""\n",loss,1,5,1001,NaN',
      `"a,""x""\n",loss,1,${large},1002,-Infinity`,
      "",
    ].join("\r\n"),
  );
});

test("JSON has whole steps, and strings for what JSON has no numbers for", () => {
  const text = toJson(series, nameOf);
  expect(text).toContain(`"step":[-1,5,${large}]`);
  const [entry] = (JSON.parse(text) as { series: unknown[] }).series;
  expect(entry).toMatchObject({ run: 'a,"x"\n', tag: "loss", attempt: 1, value: [0.1, "NaN", "-Infinity"] });
});

test("what was written reads back the same, bit for bit", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), fc.string(), (values, name) => {
      const one = [seriesOf("a", values.map((value, i) => [i, value]))]; // prettier-ignore
      const [read] = (
        JSON.parse(toJson(one, () => name)) as { series: { run: string; value: (number | string)[] }[] }
      ).series;
      expect(read!.run).toBe(name);
      expect(read!.value.map((value) => Number(value) + 0)).toEqual(values.map((value) => value + 0));
      const lines = toCsv(one, () => "run").split("\r\n").slice(1, -1); // prettier-ignore
      expect(lines.map((line) => Number(line.split(",")[5]) + 0)).toEqual(values.map((value) => value + 0));
    }),
  );
});

test("many points come in parts, none of them so long as to reach a string's limit", () => {
  const many = Array.from({ length: 120_001 }, (_, i) => [i, i / 2] as const);
  const [csv, json] = [csvOf, jsonOf].map((write) => [...write([seriesOf("a", many)], (run) => run)]);
  for (const parts of [csv!, json!]) {
    expect(parts.length).toBeLessThan(30);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(2_000_000);
  }
  expect(csv!.join("").split("\r\n").length).toBe(120_001 + 2);
  const [read] = (JSON.parse(json!.join("")) as { series: { value: number[] }[] }).series;
  expect(read!.value).toEqual(many.map(([, y]) => y));
});

test("the program names what is on show, whatever the names", () => {
  expect(
    toPython({
      logdirs: [{ name: "runs", path: "/data/runs" }],
      tags: ["loss"],
      runs: ['a"\\'],
      attempts: "latest",
    }),
  ).toBe(`import lightboard

with lightboard.open({"runs": "/data/runs"}) as index:
    for series in index.series(tag="loss", run="a\\"\\\\", attempts="latest"):
        print(series.run.name, series.tag, series.step, series.value)
`);
  const all = toPython({ logdirs: [], tags: ["a", "b"], runs: null, attempts: "all" });
  expect(all).toContain('index.series(tag=["a", "b"], attempts="all")');
});

test("file names are ones that every system takes", () => {
  expect(fileName(["train/loss"], "csv")).toBe("train_loss.csv");
  expect(fileName(["../.."], "svg")).toBe("chart.svg");
  expect(fileName(["損失", "a:b"], "png")).toBe("損失+a_b.png");
  fc.assert(
    fc.property(fc.array(fc.string()), (tags) => {
      expect(fileName(tags, "csv")).toMatch(/^[\p{L}\p{N}+=-][\p{L}\p{N}_.+=-]*\.csv$/u);
    }),
  );
});
