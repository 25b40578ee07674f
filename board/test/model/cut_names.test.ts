import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Measure, NameList, type Piece } from "../../src/model/cut_names";

const letters: Measure = ({ length }) => length;
const textOf = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join("");

/** What is shown of each name where there is room for so many letters. */
function shown(names: readonly string[], room: number): string[] {
  const list = new NameList(() => names);
  return names.map((name) => textOf(list.fit(name, room, letters)));
}

function product(...parts: (readonly string[])[]): string[] {
  return parts.reduce<string[]>((all, part) => all.flatMap((start) => part.map((end) => start + end)), [""]);
}

const SWEEP = product(
  ["lr=0.001,", "lr=0.01,", "lr=0.1,"],
  ["wd=0.1,", "wd=0.01,"],
  ["seed=1/", "seed=2/", "seed=10/"],
  ["1", "2"],
);

/** Many of few letters share much, and part at words, within them, and behind digits. */
const NAME = fc
  .array(fc.constantFrom("a", "ab", "1", "10", "0.1", ".", "/", "=", ",", "_", "🚀", "実", " "), {
    maxLength: 14,
  })
  .map((parts) => parts.join(""));
const NAMES = fc.uniqueArray(NAME, { minLength: 1, maxLength: 30 });

describe("no two names read the same", () => {
  test("where there is room for the words in which they differ, or more", () => {
    fc.assert(
      fc.property(NAMES, fc.nat(12), fc.boolean(), (names, more, sorted) => {
        if (sorted) names.sort();
        const room = new NameList(() => names).roomToTell(letters) + more;
        const texts = shown(names, room);
        expect(new Set(texts).size).toBe(names.length);
        for (const text of texts) expect(text.length).toBeLessThanOrEqual(room);
      }),
    );
  });
  test("whatever room each of them has, if it is enough", () => {
    fc.assert(
      fc.property(NAMES, fc.array(fc.nat(12), { minLength: 30, maxLength: 30 }), (names, more) => {
        const list = new NameList(() => names);
        const least = list.roomToTell(letters);
        const texts = names.map((name, i) => textOf(list.fit(name, least + more[i]!, letters)));
        expect(new Set(texts).size).toBe(names.length);
      }),
    );
  });
  test("which is no more than the longest takes, and told up to what is of interest", () => {
    fc.assert(
      fc.property(NAMES, fc.nat(12), (names, most) => {
        const list = new NameList(() => names);
        const room = list.roomToTell(letters);
        expect(room).toBeLessThanOrEqual(Math.max(...names.map(letters)));
        expect(Math.min(most, list.roomToTell(letters, most))).toBe(Math.min(most, room));
      }),
    );
  });
  test("in a narrow list of what sweeps and frameworks write", () => {
    const hex = (n: number): string => ((n * 2654435761) >>> 0).toString(16).padStart(8, "0");
    const thousand = Array.from({ length: 1000 }, (_, i) => i);
    const lists = {
      sweep: [SWEEP, 17],
      hydra: [
        thousand.map(
          (i) =>
            `multirun/2026-11-28/03-15-22/${i}/lr=${10 ** -(i % 4)},model=${["resnet50", "vit"][i % 2]!},seed=${i % 10}`,
        ),
        13,
      ],
      lightning: [thousand.map((i) => `lightning_logs/version_${i}`), 12],
      dates: [
        thousand.map((i) => `Nov${1 + (i % 28)}_${10 + (i % 12)}-${10 + (i % 47)}-22_gpu-node-${i % 7}`),
        22,
      ],
      uuids: [thousand.map((i) => `run-${hex(i)}-${hex(i + 7).slice(0, 4)}-4000-8000-${hex(i + 3)}`), 10],
    } as const;
    for (const [what, [names, room]] of Object.entries(lists))
      expect([what, new Set(shown(names, room)).size]).toEqual([what, new Set(names).size]);
  });
});

describe("a name that is cut", () => {
  test("shows each part in which others differ, the first with what it is called", () => {
    expect(shown(SWEEP, 17).slice(0, 3)).toEqual([
      "lr=0.001…0.1…1/1",
      "lr=0.001…0.1…1/2",
      "lr=0.001…0.1…2/1",
    ]);
    expect(shown(SWEEP, 21)[0]).toBe("lr=0.001,wd=0.1…1/1");
  });
  test("shows what it has room for, first what differs, then what stands between, at last how it begins", () => {
    const names = product(
      ["experiments/resnet50/lr="],
      ["0.001", "0.01"],
      [",optimizer=adam,wd="],
      ["0.1", "0.2"],
    );
    const widths = [1, 8, 13, 20, 33, 44, 60];
    expect(widths.map((room) => shown(names, room)[0])).toMatchInlineSnapshot(`
      [
        "…0.1",
        "…0.1",
        "…lr=0.001…0.1",
        "experim…lr=0.001…0.1",
        "…lr=0.001,optimizer=adam,wd=0.1",
        "experiments/r…lr=0.001,optimizer=adam,wd=0.1",
        "experiments/resnet50/lr=0.001,optimizer=adam,wd=0.1",
      ]
    `);
  });
  test("keeps how it ends if nothing stands beside it, or nothing else like it", () => {
    expect(shown(["train/encoder/layers/loss"], 12)).toEqual(["train/e…loss"]);
    expect(textOf(new NameList(() => []).fit("train/encoder/layers/loss", 12, letters))).toBe("train/e…loss");
  });
  test("is whole where there is room for it", () => {
    fc.assert(
      fc.property(NAMES, (names) => {
        expect(shown(names, 60)).toEqual(names);
      }),
    );
  });
  test("is all its own if it stands alone", () => {
    const list = new NameList(() => ["resnet/"]);
    expect(list.fit("resnet/", 7, letters)).toEqual([{ text: "resnet/", own: true }]);
  });
  test("tells what differs from what others have too", () => {
    const list = new NameList(() => SWEEP);
    expect(list.fit(SWEEP[0]!, 40, letters).filter(({ own }) => own)).toEqual(
      ["0.001", "0.1", "1/1"].map((text) => ({ text, own: true })),
    );
  });
});
