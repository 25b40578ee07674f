import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Facts, fold, parseFilter } from "../../src/model/filter";

type Columns = Record<string, string | number | null>;

const thing = (name: string, columns: Columns = {}): Facts => ({
  name,
  column: (column) => (Object.hasOwn(columns, column) ? columns[column] : undefined),
});

function matches(text: string, name: string, columns?: Columns): boolean {
  const parsed = parseFilter(text);
  if ("error" in parsed) throw new Error(parsed.error.message);
  return parsed.filter.matches(thing(name, columns));
}

function errorOf(text: string): { message: string; at: string } {
  const parsed = parseFilter(text);
  if (!("error" in parsed)) throw new Error(`${text} was understood`);
  return { message: parsed.error.message, at: text.slice(parsed.error.from, parsed.error.to) };
}

describe("terms on the name", () => {
  test.each([
    ["", "anything"],
    ["  ", "anything"],
    ["RESNET", "sweep/resnet50"],
    ["sweep 50", "sweep/resnet50"],
    ["-vit", "sweep/resnet50"],
    ["vit|resnet", "sweep/resnet50"],
    ["vit | resnet 50", "sweep/resnet50"],
    ["-vit|bert", "sweep/resnet50"],
    ['"two words"', "two words"],
    ['"a \\"b\\""', 'a "b"'],
    ['"-x"', "run-x"],
    ["実験", "実験…1 é 🚀"],
    ["🚀", "実験…1 é 🚀"],
    ["RUN1", "ｒｕｎ１"],
    ["ガ", "カ\u3099ス"],
    ["É", "cafe\u0301"],
    ["=0.1", "sweep/lr=0.1"],
    ["lr=0.1", "sweep/lr=0.1,seed=3"],
    ["a:b", "a:b"],
    ["what!", "so what!"],
    ["last(loss", "last(loss"],
    ["a-b", "a-b"],
  ])("%s holds for %s", (text, name) => expect(matches(text, name)).toBe(true));

  test.each([
    ["resnet vit", "resnet"],
    ["-resnet", "sweep/resnet50"],
    ["-vit|resnet", "sweep/resnet50"],
    ["vit|bert", "resnet"],
    ['"two  words"', "two words"],
    ["lr=0.1", "sweep/lr=0.2"],
  ])("%s does not hold for %s", (text, name) => expect(matches(text, name)).toBe(false));
});

describe("regular expressions", () => {
  test.each([
    ["/v\\d+$/", "model/V12", true],
    ["/v\\d+$/", "model/v12b", false],
    ["/a/b/", "x/a/b", true],
    ["/a b/ c", "c a b", true],
    ["/^x/|/y$/", "ay", true],
    ["-/^x/", "xa", false],
    ["/^.験/", "実験", true],
    ["/é/", "cafe\u0301", true],
  ])("%s on %s: %s", (text, name, expected) => expect(matches(text, name)).toBe(expected));
});

describe("columns", () => {
  const columns: Columns = {
    lr: 0.01,
    optimizer: "AdamW",
    state: "live",
    bf16: "true",
    dropout: null,
    steps: 12_000,
    age: 5_000,
    "learning rate": 3,
    "last(loss)": Math.fround(0.1), // more than 0.1
    "last(acc)": Math.fround(0.9), // less than 0.9
    "min(val/acc)": NaN,
    "max(a (b) > c)": 5,
  };
  test.each([
    ["lr>0.001", true],
    ["lr>1e-2", false],
    ["lr>=1e-2", true],
    ["lr<.1", true],
    ["lr<=0.01", true],
    ["lr=0.01", true],
    ["lr=1e-2", true],
    ["lr!=0.01", false],
    ["-lr=0.01", false],
    ["optimizer=adamw", true],
    ["optimizer=adam", false],
    ["optimizer:adam", true],
    ["optimizer!=sgd", true],
    ['optimizer="AdamW"', true],
    ["state:live", true],
    ["state:live|state:idle", true],
    ["state:idle", false],
    ["bf16=true", true],
    ["dropout=0", false],
    ["dropout!=0", false],
    ["-dropout=0", true],
    ["dropout=", false],
    ["lr=", true],
    ["steps>10k", true],
    ["steps>=1M", false],
    ["age<2h", true],
    ["age>90min", false],
    ['"learning rate"=3', true],
    ["last(loss)=0.1", true],
    ["last(loss)<0.1", false],
    ["last(loss)<=0.1", true],
    ["last(loss)>0.1", false],
    ["last(loss)<0.11", true],
    ["last(acc)>=0.9", true],
    ["last(acc)<0.9", false],
    ["last(acc)>0.89", true],
    ["min(val/acc)=nan", true],
    ["min(val/acc)<1", false],
    ["max(a (b) > c)>4", true],
    ["x=1", false],
  ])("%s: %s", (text, expected) => expect(matches(text, "run", columns)).toBe(expected));

  test("that are read are named, with their places", () => {
    const parsed = parseFilter('a lr>1 last(val/acc)!=0|state:live "x y"=2 /a=b/ "c"');
    expect("filter" in parsed && parsed.filter.columns.map(({ name, ordered }) => [name, ordered])).toEqual([
      ["lr", true],
      ["last(val/acc)", false],
      ["state", false],
      ["x y", false],
    ]);
    expect("filter" in parsed && parsed.filter.columns[0]).toMatchObject({ from: 2, to: 4 });
  });
});

describe("what cannot be understood is shown where it is", () => {
  test.each([
    ['a "b c', 'expected a closing "', '"b c'],
    ["a /b", "expected a / that closes the regular expression", "/b"],
    ["x //", "expected a regular expression between", "//"],
    ["a -", "expected what to leave out", "-"],
    ["a |", "expected another choice after the |", "|"],
    ["| a", "expected a choice on both sides", "|"],
    ["a | | b", "expected another choice after the |", "|"],
    ["lr>", "expected a number after lr>", "lr>"],
    ["lr>small", "expected a number after lr>, found small", "small"],
    ["x /v(1/", "in the regular expression: expected a ) that closes this", "(1"],
    ["é /[z-a]/", "in the regular expression: [z-a] means nothing", "[z-a]"],
  ])("%s", (text, message, at) => {
    expect(errorOf(text)).toEqual({ message: expect.stringContaining(message) as string, at });
  });
});

describe("whatever is typed", () => {
  const typed = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ab実 "|-/()[]<>=!:*+?\\.0'), maxLength: 30 }),
    fc.string({ unit: "grapheme" }),
  );
  const named = fc.string({ unit: "grapheme" });

  test("is understood, or wrong at a place inside of it", () => {
    fc.assert(
      fc.property(typed, named, (text, name) => {
        const parsed = parseFilter(text);
        if ("filter" in parsed) return void parsed.filter.matches(thing(name, { a: 1 }));
        const { from, to, message } = parsed.error;
        expect(message).not.toBe("");
        expect(0 <= from && from < to && to <= text.length).toBe(true);
      }),
    );
  });

  test("in quotes is a part of the name", () => {
    fc.assert(
      fc.property(named, named, (part, name) => {
        const quoted = `"${part.replace(/["\\]/g, "\\$&")}"`;
        expect(matches(quoted, name)).toBe(fold(name).includes(fold(part)));
        expect(matches(quoted, `x${part}y`) || fold(`x${part}y`) !== `x${fold(part)}y`).toBe(true);
      }),
    );
  });

  test("side by side is both, with a bar one of both, with a minus none", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "実"), minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(word, word, named, (a, b, name) => {
        const has = (part: string): boolean => fold(name).includes(part);
        expect(matches(`${a} ${b}`, name)).toBe(has(a) && has(b));
        expect(matches(`${a}|${b}`, name)).toBe(has(a) || has(b));
        expect(matches(`-${a}|${b}`, name)).toBe(!has(a) && !has(b));
      }),
    );
  });
});
