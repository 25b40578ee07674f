import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Json, read, write } from "../../src/model/notation";

const json = fc
  .jsonValue({ maxDepth: 5, stringUnit: "binary" })
  .filter((value) => !hasNegativeZero(value)) as fc.Arbitrary<Json>;

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(hasNegativeZero);
  return Object.is(value, -0);
}

describe("a value in an address", () => {
  test("is the same when it is read", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(read(write(value))).toEqual({ value });
      }),
    );
  });

  test("is text that a fragment holds as it is", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = write(value);
        expect(text).toMatch(/^[A-Za-z0-9\-_.~!*'(),:@/$;%]*$/);
        expect(new URL(`http://localhost/#${text}`).hash.slice(1)).toBe(text);
      }),
    );
  });

  test("can be read by people", () => {
    expect(write({ sort: "name", widths: [80, 120], flat: true, filter: "lr, wd" })).toBe(
      "(sort:name,widths:!(80,120),flat:!t,filter:'lr,%20wd')",
    );
    expect(write("off.k3v9q.a1b2c")).toBe("off.k3v9q.a1b2c");
    expect(write(["12", "", "-x", null, -1.5e-7])).toBe("!('12','','-x',!n,-1.5e-7)");
    expect(write({ filter: "実験" })).toBe("(filter:%E5%AE%9F%E9%A8%93)");
  });

  test("survives a program that leaves brackets and quotes at a link's end out", () => {
    const value = { a: [1, { b: "it's" }] };
    expect(write(value)).toBe("(a:!(1,(b:'it!'s')))");
    expect(read("(a:!(1,(b:'it!'s'")).toEqual({ value });
    expect(read("(a:!(1,(b:'it!'s")).toEqual({ value });
  });

  test("is refused, never half read, if it is none", () => {
    for (const text of [
      "",
      "%",
      "%E5%AE",
      "(a",
      "(a:",
      "(1:2)",
      "!x",
      "a:b",
      "1,2",
      "a b",
      "!(a))",
      "('a'b:1)",
      "01",
      "1e999x",
    ])
      expect(read(text), text).toBeNull();
    expect(read("(".repeat(10_000))).toBeNull();
    expect(read("!(".repeat(10_000))).toBeNull();
  });

  test("reads any text without a crash, and only to what it can write", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."()!',:ab1-.%t ") }), (text) => {
        const found = read(text);
        if (found) expect(read(write(found.value))).toEqual(found);
      }),
    );
    expect(Object.keys(read("(__proto__:(a:1))")!.value!)).toEqual(["__proto__"]);
  });
});
