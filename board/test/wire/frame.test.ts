import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toSeries } from "../../src/model/series";
import { readScalars } from "../../src/wire/client";
import { decodeFrame, FrameError } from "../../src/wire/frame";

const GOLDEN = new URL("../../../testdata/golden/columns/", import.meta.url);

function golden(name: string): ArrayBuffer {
  const bytes = readFileSync(new URL(name, GOLDEN));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/** A number as the golden JSON writes it: signed integers as texts, which JSON numbers would round. */
function written(value: number | bigint, type: string): string | number {
  return type.startsWith("i") || !Number.isFinite(value) ? String(value) : Number(value);
}

interface Expected {
  header: Record<string, unknown>;
  columns: Record<string, { type: string; values: (string | number)[] }>;
}

const refused = readdirSync(new URL("refused/", GOLDEN));

test.each(refused)("the frame %s is refused", (name) => {
  expect(() => decodeFrame(golden(`refused/${name}`))).toThrow(FrameError);
  expect(() => decodeFrame(golden(`refused/${name}`))).toThrow(/expected/);
});

const frames = readdirSync(GOLDEN).filter((name) => name.endsWith(".bin"));

test("golden frames are at hand", () => {
  expect(frames).toEqual(["empty.bin", "extremes.bin", "narrow.bin", "wide.bin"]);
  expect(refused.length).toBeGreaterThan(20);
});

describe.each(frames)("the golden frame %s", (name) => {
  const expected = JSON.parse(
    readFileSync(new URL(name.replace(".bin", ".json"), GOLDEN), "utf8"),
  ) as Expected;

  test("decodes to the values beside it", () => {
    const frame = decodeFrame(golden(name));
    expect(frame.header).toEqual(expected.header);
    expect([...frame.columns.keys()].sort()).toEqual(Object.keys(expected.columns).sort());
    for (const [column, { type, values }] of Object.entries(expected.columns)) {
      const found: (number | bigint)[] = [...frame.columns.get(column)!];
      expect(found.map((value) => written(value, type))).toEqual(values);
    }
  });

  test("is an answer of /api/scalars", () => {
    const { header, value } = readScalars(golden(name));
    expect(header.series.reduce((sum, series) => sum + series.length, 0)).toBe(value.length);
  });

  test("is refused when it was cut short anywhere", () => {
    const whole = golden(name);
    const needed = wholeLength(whole);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: needed - 1 }), (length) => {
        expect(() => readScalars(whole.slice(0, length))).toThrow(FrameError);
      }),
    );
  });

  test("never breaks the reader when bytes of it are changed", () => {
    const whole = new Uint8Array(golden(name));
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(changes, (edits) => {
        const bytes = whole.slice();
        for (const [at, value] of edits) bytes[at] = value;
        try {
          decodeFrame(bytes.buffer);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });
});

/** Length without the last column's padding, which a reader does not need. */
function wholeLength(buffer: ArrayBuffer): number {
  const ends = [...decodeFrame(buffer).columns.values()].map(
    (column) => column.byteOffset + column.byteLength,
  );
  return Math.max(16 + new DataView(buffer).getUint32(8, true), ...ends);
}

function frameOf(header: unknown, { magic = "LBCF", version = 2, body = 64 } = {}): ArrayBuffer {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(16 + length + body).fill(0x20, 16, 16 + length).fill(0, 16 + length);
  bytes.set(new TextEncoder().encode(magic));
  bytes.set(text, 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, version, true);
  view.setUint32(8, length, true);
  return bytes.buffer;
}

describe("a frame is refused, and the reason named,", () => {
  const column = (entry: object) => ({ columns: { value: entry } });
  test.each([
    ["with another magic", frameOf({ columns: {} }, { magic: "PK\u0003\u0004" }), /LBCF/],
    ["of another version", frameOf({ columns: {} }, { version: 1 }), /version 2, found 1: reload the page/],
    ["without a header", frameOf("{"), /JSON/],
    ["with a list for a header", frameOf("[]"), /header to be an object/],
    ["without columns", frameOf({}), /columns to be an object/],
    ["with a column off its place", frameOf(column({ type: "f64", offset: 73, length: 1 })), /multiple of 8/],
    [
      "with a column beyond the end",
      frameOf(column({ type: "f64", offset: 80, length: 1e6 })),
      /inside the frame/,
    ],
    [
      "with a column over the header",
      frameOf(column({ type: "f64", offset: 8, length: 1 })),
      /inside the frame/,
    ],
    ["with a negative length", frameOf(column({ type: "f64", offset: 80, length: -1 })), /length -1/],
  ])("%s", (_, buffer, reason) => {
    expect(() => decodeFrame(buffer)).toThrow(FrameError);
    expect(() => decodeFrame(buffer)).toThrow(reason);
  });
});

test("columns of a type to come are ignored", () => {
  const frame = decodeFrame(frameOf({ columns: { later: { type: "f16", offset: 0, length: 1 } } }));
  expect([...frame.columns]).toEqual([]);
});

test("steps stay exact, and floats are float64 however they came", () => {
  const [narrow, extremes] = [readScalars(golden("narrow.bin")), readScalars(golden("extremes.bin"))];
  expect(narrow.step).toEqual(Int32Array.of(-(2 ** 31), -1, 0, 1, 2, 3, 2 ** 31 - 1));
  expect(extremes.step[3]).toBe(9_007_199_254_740_993n);
  for (const { value, wallTime } of [narrow, extremes]) {
    expect([value, wallTime].every((column) => column instanceof Float64Array)).toBe(true);
  }
  expect(narrow.value[0]).toBe(Math.fround(0.1));
  expect([...toSeries(narrow)[0]!.x]).toEqual([...narrow.step]);
});
