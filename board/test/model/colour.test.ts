import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Coloured,
  COLOURS,
  colourSlots,
  contrast,
  DASHES,
  dashesApart,
  GROUND,
  keepSlots,
  LEAST_CONTRAST,
  MOST_KEPT,
  readSlots,
  SLOTS,
  slotColour,
  slotDash,
  type Theme,
  unlessSameSlots,
  visible,
  writeSlots,
} from "../../src/model/colour";
import { distance, seen, VISIONS } from "./vision";

const THEMES: Theme[] = ["light", "dark"];
/** CIEDE2000 between any two colours: about 1 can just be told apart as areas side by side; curves are thin. */
const LEAST_NORMAL = 16;
const LEAST_DEFICIENT = 12;

const runs = (count: number): Coloured[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `run${(i * 7919).toString(32)}`,
    first_wall_time: 1000 + ((i * 37) % count),
  }));

describe.each(THEMES)("on the %s ground", (theme) => {
  test("every colour can be seen", () => {
    for (let slot = 0; slot < SLOTS; slot++)
      expect(contrast(slotColour(slot, theme), GROUND[theme])).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  });

  test.each(Object.keys(VISIONS))("any two colours can be told apart with %s vision", (vision) => {
    const least = vision === "normal" ? LEAST_NORMAL : LEAST_DEFICIENT;
    const colours = Array.from({ length: COLOURS }, (_, slot) => slotColour(slot, theme));
    const lab = colours.map((colour) => seen(colour, VISIONS[vision]!));
    for (let a = 0; a < COLOURS; a++)
      for (let b = 0; b < a; b++)
        expect(distance(lab[a]!, lab[b]!), `${colours[a]} ${colours[b]}`).toBeGreaterThanOrEqual(least);
  });

  test("a person's own colour is kept where it can be seen, and made to be where it cannot", () => {
    expect(visible("#808080", theme)).toBe("#808080");
    expect(visible(slotColour(3, theme), theme)).toBe(slotColour(3, theme));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
        const shown = visible(`#${value.toString(16).padStart(6, "0")}`, theme);
        expect(contrast(shown, GROUND[theme])).toBeGreaterThanOrEqual(LEAST_CONTRAST);
      }),
    );
  });
});

test("the distance is the one that was published", () => {
  // From the test data of Sharma, Wu and Dalal (2005).
  expect(distance([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(distance([50, -1.3802, -84.2814], [50, 0, -82.7485])).toBeCloseTo(1.0, 4);
  expect(distance([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
  expect(distance([50, 2.5, 0], [58, 24, 15])).toBeCloseTo(19.4535, 4);
  expect(distance([90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447])).toBeCloseTo(1.4441, 4);
  expect(distance([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514])).toBeCloseTo(0.9082, 4);
});

test("runs have colours of their own, then dashes, and then share evenly", () => {
  const colours = [...colourSlots(runs(COLOURS)).values()];
  expect(new Set(colours).size).toBe(COLOURS);
  expect(colours.every((slot) => slotDash(slot) === 0)).toBe(true);
  const pairs = [...colourSlots(runs(SLOTS)).values()];
  expect(new Set(pairs).size).toBeGreaterThanOrEqual(SLOTS - 2);
  expect(new Set(pairs.map(slotDash)).size).toBe(DASHES);
  const uses = new Array<number>(SLOTS).fill(0);
  for (const slot of colourSlots(runs(SLOTS * 40)).values()) uses[slot]!++;
  expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(2);
});

test("neighbours in the list differ in colour, however many runs there are and in whatever order they came", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { minLength: 2, maxLength: 300 }), (times) => {
      const listed = times.map((time, i) => ({ id: `run ${i}`, first_wall_time: time }));
      const slots = [...colourSlots(listed).values()].map((slot) => slot % COLOURS);
      for (let i = 1; i < slots.length; i++) expect(slots[i]).not.toBe(slots[i - 1]);
    }),
  );
});

test("a run keeps its colour when newer ones arrive, wherever they stand in the list", () => {
  const all = runs(200);
  const early = colourSlots(all.filter((run) => run.first_wall_time! < 1080));
  const late = colourSlots(all);
  expect(early.size).toBe(80);
  for (const [run, slot] of early) expect(late.get(run)).toBe(slot);
});

/** Some of the same few runs each time, in their order; they may begin later than they come. */
const POOL = Array.from({ length: 50 }, (_, i) => `run${(i * 7919).toString(32)}`).sort();
const met = fc
  .subarray(POOL)
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), first_wall_time: fc.option(fc.nat(50)) }))),
  )
  .map((list): Coloured[] => list);

test("a run that was met keeps its colour, whichever runs come, go or begin, also over a reload", () => {
  fc.assert(
    fc.property(fc.array(met, { minLength: 2, maxLength: 6 }), fc.nat(4), (lists, reload) => {
      const first = new Map<string, number>();
      let kept = new Map<string, number>();
      lists.forEach((list, i) => {
        const slots = colourSlots(list, kept);
        for (const [run, slot] of slots) expect(slot).toBe(first.get(run) ?? slot);
        for (const [run, slot] of slots) first.set(run, slot);
        keepSlots(kept, slots);
        if (i === reload) kept = readSlots(JSON.parse(JSON.stringify(writeSlots(kept))));
      });
    }),
  );
});

test("only what is new is kept anew, and of too many runs those that are gone are forgotten", () => {
  const kept = new Map<string, number>();
  expect(
    keepSlots(
      kept,
      new Map([
        ["first", 1],
        ["second", 2],
      ]),
    ),
  ).toBe(true);
  expect(keepSlots(kept, new Map([["second", 2]]))).toBe(false);
  const many = new Map(Array.from({ length: MOST_KEPT - 1 }, (_, i) => [`r${i}`, 0]));
  expect(keepSlots(kept, many)).toBe(true);
  expect([kept.has("first"), kept.get("second"), kept.size]).toEqual([false, 2, MOST_KEPT]);
  expect(JSON.stringify(writeSlots(kept)).length).toBeLessThan(1_000_000);
});

test("nothing is read but slots", () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string()), (saved) => {
      for (const slot of readSlots(saved).values()) expect(slotColour(slot, "light")).toMatch(/^#/);
    }),
  );
  const written = writeSlots(
    new Map([
      ["a", 0],
      ["b", SLOTS - 1],
      ["c", SLOTS],
      ["d", -1],
    ]),
  );
  expect(readSlots(`${written}\n\n`)).toEqual(
    new Map([
      ["a", 0],
      ["b", SLOTS - 1],
    ]),
  );
});

test("no two rows beside each other look the same, however a list is filtered and sorted", () => {
  const all = runs(1_000);
  const slots = colourSlots(all);
  const list = fc.shuffledSubarray(
    all.map(({ id }) => id),
    { maxLength: 256 },
  );
  fc.assert(
    fc.property(list, (order) => {
      const dashes = dashesApart(order, (run) => slots.get(run)!);
      const look = order.map((run) => {
        const slot = slots.get(run)!;
        return `${slotColour(slot, "light")} ${dashes.get(run) ?? slotDash(slot)}`;
      });
      for (let i = 1; i < look.length; i++) expect(look[i]).not.toBe(look[i - 1]);
    }),
  );
  const order = all.map(({ id }) => id);
  expect(dashesApart(order, (run) => slots.get(run)!).size).toBe(0);
  expect(dashesApart(["a", "b", "c"], (run) => (run === "b" ? null : 5)).size).toBe(0);
});

test("colours that did not change are told from those that did", () => {
  const slots = colourSlots(runs(3));
  expect(unlessSameSlots(slots, colourSlots(runs(3)))).toBe(slots);
  expect(unlessSameSlots(slots, colourSlots(runs(4)))).not.toBe(slots);
  expect(unlessSameSlots(slots, new Map([...slots.keys()].map((run) => [run, 0])))).not.toBe(slots);
});
