import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern, PatternError } from "../../src/model/pattern";

const matches = (source: string, text: string): boolean => compilePattern(source).test(text);

/** Expressions of every kind that is understood, over a small alphabet so that they do match. */
const source = fc.letrec<{ all: string; one: string; part: string }>((tie) => ({
  one: fc.constantFrom(
    "a",
    "b",
    "B",
    "1",
    "é",
    "実",
    ".",
    "^",
    "$",
    "\\b",
    "\\B",
    "\\d",
    "\\w",
    "\\W",
    "\\s",
    "[ab]",
    "[^a1]",
    "[\\d実]",
    "\\.",
    "\\x61",
    "\\u{5b9f}",
    "\\p{L}",
    "\\-",
  ),
  part: fc.oneof(
    { maxDepth: 4 },
    tie("one"),
    fc
      .tuple(
        tie("all"),
        fc.constantFrom("(", "(?:"),
        fc.constantFrom("", "*", "+", "?", "{2}", "{1,}", "{0,2}", "+?"),
      )
      .map(([inside, open, often]) => `${open}${inside})${often}`),
    fc
      .tuple(
        fc.constantFrom("a", "b", ".", "[ab]", "\\d"),
        fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "*?"),
      )
      .map(([one, often]) => one + often),
  ),
  all: fc.oneof(
    fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")),
    fc.tuple(tie("part"), tie("part")).map(([a, b]) => `${a}|${b}`),
  ),
})).all;
const text = fc.string({
  unit: fc.constantFrom("a", "b", "A", "1", "é", "実", " ", "-", ".", "\n"),
  maxLength: 12,
});

describe("a pattern", () => {
  test("matches where the browser's own engine does", () => {
    fc.assert(
      fc.property(source, text, (expression, subject) => {
        // Outside of classes the browser takes "\-" only without the flag that makes 実 one character.
        const native = new RegExp(expression.replaceAll("\\-", "-"), "iu");
        expect(matches(expression, subject)).toBe(native.test(subject));
      }),
      { numRuns: 2_000 },
    );
  });

  test("finds what the browser's own engine does", () => {
    fc.assert(
      fc.property(source, source, text, (before, inside, subject) => {
        // They differ in which way they prefer through brackets that are repeated though they hold nothing.
        fc.pre(!/\)[*+?{]/.test(before + inside));
        const plain = (expression: string): string => expression.replace(/\((?!\?)/g, "(?:");
        const whole = plain(before);
        const native = new RegExp(whole.replaceAll("\\-", "-"), "iu").exec(subject);
        expect(compilePattern(whole).find(subject)).toBe(native?.[0] ?? null);
        const part = `(?:${whole})(${plain(inside)})`;
        const bracketed = new RegExp(part.replaceAll("\\-", "-"), "iu").exec(subject);
        expect(compilePattern(part).find(subject)).toBe(bracketed?.[1] ?? null);
      }),
      { numRuns: 2_000 },
    );
    expect(compilePattern("_(.+?)_").find("x_İ実_c_")).toBe("İ実");
  });

  test("is done with at once, also where backtracking would take for ever", () => {
    const name = "a".repeat(5_000);
    const expressions = ["(a+)+$b", "(a|a)*b", "(a*)*b", "(.*)*.*.*.*x", "(a?){30}a{30}b", "((a+)*)+b"];
    for (const expression of [...expressions, "(?:.?){140}!!", `${"a?".repeat(140)}!`])
      expect([matches(expression, name), compilePattern(expression).find(name)]).toEqual([false, null]);
  });

  test.each([
    ["(", "expected a ) that closes this", "("],
    ["a)", "found a ) that nothing opened", ")"],
    ["v[0-9", "expected a ] that closes this", "[0-9"],
    ["a**", "found nothing to repeat", "*"],
    ["+a", "found nothing to repeat", "+"],
    ["a{3,2}", "expected the smaller number first", "{3,2}"],
    ["x[z-a]", "[z-a] means nothing", "[z-a]"],
    ["a\\p{Klingon}", "\\p{Klingon} means nothing", "\\p{Klingon}"],
    ["a\\", "expected a character after \\", "\\"],
    ["(a)\\1", "back-references are not possible here", "\\1"],
    ["a(?=b)", "look-around is not possible here", "(?="],
    ["(?<!b)a", "look-around is not possible here", "(?<"],
  ])("%s says what is wrong, and where", (expression, message, wrong) => {
    try {
      compilePattern(expression);
      expect.unreachable();
    } catch (error) {
      const { message: said, from, to } = error as PatternError;
      expect([said, expression.slice(from, to)]).toEqual([expect.stringContaining(message), wrong]);
    }
  });

  test("that repeats beyond measure is refused; one that repeats nothing may be as long as it likes", () => {
    for (const expression of [
      "(a{999}){999}",
      "((){9999}){9999}",
      "(?:.?){1300}!!",
      ".?".repeat(160),
      "a".repeat(501),
    ])
      expect(() => compilePattern(expression)).toThrow(PatternError);
    const long = ["a", "é", "(a)", "()", "(?:)", "[a]", "^", "\\b", "\\d{1}"];
    for (const part of long) {
      const expression = part.repeat(Math.floor(500 / part.length));
      expect(() => compilePattern(expression).test("b"), expression).not.toThrow();
    }
  });

  test("knows a letter's case wherever it stands", () => {
    for (const name of ["ΟΔΟΣ", "İzmir", "STRASSE", "ΣΣ"]) {
      expect([matches(`^${name}$`, name), compilePattern(`^${name}$`).find(name)]).toEqual([true, name]);
      expect(matches(`^${name}$`, [...name].map((one) => one.toLowerCase()).join(""))).toBe(name !== "İzmir");
    }
  });

  test("is the same for one name after many others", () => {
    const names = Array.from({ length: 3_000 }, (_, i) => `sweep/${(i * 7919).toString(36)}/lr=0.0${i}`);
    const expression = "[a-f].?.?.?.?[0-9].*(?:[02468]|[x-z]|\\b1){2}$";
    const pattern = compilePattern(expression);
    const native = new RegExp(expression, "iu");
    expect(names.filter(pattern.test)).toEqual(names.filter((name) => native.test(name)));
  });

  describe("that is asked about ten thousand names", () => {
    /** Letters as a die throws them, so that no two names take the same way. */
    const letters = (seed: number, count: number): string => {
      let at = seed + 1;
      const next = (): string => "ab"[((at = (at * 48_271) % 0x7fffffff) >> 16) & 1]!;
      return Array.from({ length: count }, next).join("");
    };
    const names = Array.from(
      { length: 10_000 },
      (_, i) => `sweep/${letters(i, 100)}/lr=0.0${i},seed=${i % 7}`,
    );

    test.each(["a.{90}x", "(a|b)(?:.?a.{80}x)", "a[ab]{0,120}!"])("%s gives up early", (hostile) => {
      const pattern = compilePattern(hostile);
      const asked = (ask: (name: string) => unknown): number =>
        names.findIndex((name) => {
          try {
            ask(name);
            return false;
          } catch (error) {
            expect(error).toMatchObject({ message: "it takes too long on these names", from: 0 });
            return true;
          }
        });
      expect(asked(pattern.test)).toBeGreaterThan(10);
      expect(asked(pattern.test)).toBeLessThan(3_000);
      expect(asked(pattern.find)).toBeLessThan(3_000);
    });

    test.each([
      "seed=\\d$",
      "(seed=\\d+)",
      "^sweep/.*/(lr=[\\d.]+),seed=\\d$",
      ".*(lr=.*),.*",
      "(resnet|vit|bert|gpt|llama|swin|unet|clip|dino|sam|t5|mamba|rwkv|lstm|gru|cnn|mlp|vae|gan|seed)",
    ])("%s does not", (usual) => {
      const pattern = compilePattern(usual);
      expect(names.every((name) => pattern.test(name) && pattern.find(name) !== null)).toBe(true);
    });
  });

  test("of any text is understood or refused, never anything else", () => {
    const soup = fc.string({ unit: fc.constantFrom(..."ab1実(){}[]|*+?^$\\.,-:=<>!kpu"), maxLength: 20 });
    fc.assert(
      fc.property(soup, text, (expression, subject) => {
        try {
          compilePattern(expression).test(subject);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError);
        }
      }),
    );
  });
});
