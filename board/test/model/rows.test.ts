import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Arrangement, insteadOf, type Listed, onBefore, type Row, rowsOf } from "../../src/model/rows";

const run = (name: string, change: Partial<Listed> = {}): Listed => ({
  id: `id of ${name}`,
  logdir: "runs",
  name,
  parent: null,
  ...change,
});
const TREE: Arrangement = { tree: true, logdirs: ["runs"], groups: null, closed: new Set() };

/** Each row as a line: its depth, name and how many runs it stands for. */
function drawn(runs: readonly Listed[], change: Partial<Arrangement> = {}): string[] {
  return rowsOf(runs, { ...TREE, ...change }).rows.map(({ depth, name, from, to, what, open }) => {
    const sign = open === null ? " " : open ? "v" : ">";
    return `${"  ".repeat(depth)}${sign} ${name}${what === "run" ? "" : ` (${to - from})`}`;
  });
}
const runs = (...names: string[]): Listed[] => names.map((name) => run(name));

describe("a tree", () => {
  test("has a heading for each folder of several runs, and none for others", () => {
    expect(drawn(runs("sweep/a/1", "sweep/a/2", "sweep/b", "alone/deep/run", "top", "."))).toEqual([
      "v sweep/ (3)",
      "  v a/ (2)",
      "      1",
      "      2",
      "    b",
      "  alone/deep/run",
      "  top",
      "  .",
    ]);
  });
  test("joins folders that hold nothing but a folder", () => {
    expect(drawn(runs("a/b/c/1", "a/b/c/2"))).toEqual(["v a/b/c/ (2)", "    1", "    2"]);
  });
  test("of a run that is a folder too has both", () => {
    expect(drawn(runs("exp", "exp/val", "exp/test"))).toEqual([
      "v exp/ (3)",
      "    exp",
      "    val",
      "    test",
    ]);
    expect(drawn(runs("a/exp", "a/exp/val"))).toEqual(["v a/exp/ (2)", "    exp", "    val"]);
  });
  test("has sub-runs below their parent", () => {
    const parent = run("a/exp");
    const subs = ["loss_train", "loss_val"].map((name) => run(`a/exp/${name}`, { parent: parent.id }));
    expect(drawn([parent, ...subs])).toEqual(["v a/exp", "    loss_train", "    loss_val"]);
    // Whose parent is not listed stands by itself.
    expect(drawn(subs)).toEqual(["v a/exp/ (2)", "    loss_train", "    loss_val"]);
  });
  test("tells a folder of one log directory from one of another that lies in it", () => {
    const inner = ["a/1", "a/2", "b/1", "b/2"];
    const both = [
      ...inner.map((name) => run(`runs/${name}`, { logdir: "x" })),
      ...inner.map((name) => run(name, { logdir: "x/runs", id: `inner ${name}` })),
    ];
    const { rows } = rowsOf(both, { ...TREE, logdirs: ["x", "x/runs"] });
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });
  test("keeps what is folded away in its order", () => {
    const { rows, order } = rowsOf(runs("s/a/1", "s/a/2", "s/b"), {
      ...TREE,
      closed: new Set(["/folder/runs/s/a/"]),
    });
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [0, 2],
      [2, 3],
    ]);
    expect(order).toEqual(["id of s/a/1", "id of s/a/2", "id of s/b"]);
  });
  test("puts a folder where its first run stands", () => {
    expect(drawn(runs("b/2", "c", "a/1", "b/1", "a/2"))).toEqual([
      "v b/ (2)",
      "    2",
      "    1",
      "  c",
      "v a/ (2)",
      "    1",
      "    2",
    ]);
  });
});

test("flat rows have whole names, sub-runs still below their parent", () => {
  const parent = run("s/exp");
  expect(drawn([run("s/a"), parent, run("s/exp/x", { parent: parent.id })], { tree: false })).toEqual([
    "  s/a",
    "v s/exp",
    "    x",
  ]);
});

test("several log directories are headings, also without runs", () => {
  expect(drawn([run("a"), run("b", { logdir: "old" })], { logdirs: ["runs", "old", "none"] })).toEqual([
    "v runs (1)",
    "    a",
    "v old (1)",
    "    b",
    "v none (0)",
  ]);
});

test("groups are headings, and what is in none comes last", () => {
  const groupOf = (id: string): string | null => /lr=(\S+)/.exec(id)?.[1] ?? null;
  expect(drawn(runs("x", "a/lr=1", "b/lr=2", "c/lr=1"), { groups: { of: groupOf, order: null } })).toEqual([
    "v 1 (2)",
    "    a/lr=1",
    "    c/lr=1",
    "v 2 (1)",
    "    b/lr=2",
    "v no group (1)",
    "    x",
  ]);
});

test("runs of a folder are called by what the heading does not say", () => {
  const of = (id: string): string | null => (id.includes("sweep/") ? "sweep" : null);
  expect(drawn(runs("sweep/lr=1", "sweep/lr=2", "sweeper/lr=1"), { groups: { of, order: null } })).toEqual([
    "v sweep (2)",
    "    lr=1",
    "    lr=2",
    "v no group (1)",
    "    sweeper/lr=1",
  ]);
});

describe("whatever runs there are", () => {
  const segment = fc.constantFrom("a", "b", "実験", ".", "lr=1");
  const listed = fc
    .uniqueArray(
      fc.array(segment, { minLength: 1, maxLength: 4 }).map((path) => path.join("/")),
      { maxLength: 30 },
    )
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc
            .record({ sub: fc.boolean(), logdir: fc.constantFrom("runs", "old") })
            .map((more) => ({ name, ...more })),
        ),
      ),
    )
    .map((found) =>
      found.map(({ name, sub, logdir }): Listed => {
        const above = found.find((other) => other.logdir === logdir && name.startsWith(`${other.name}/`));
        return run(name, { logdir, parent: sub && above ? `id of ${above.name}` : null });
      }),
    );
  const arrangement = fc.record({
    tree: fc.boolean(),
    logdirs: fc.constant(["runs", "old"]),
    groups: fc.constantFrom(null, { of: (id: string) => (id.includes("a") ? "a" : null), order: null }),
    closed: fc
      .subarray(["/folder/runs/a/", "/folder/runs/a/b/", "/group/a", "/logdir/old", "id of a"])
      .map((keys) => new Set(keys)),
  });

  test("each is listed once, and rows above stand for those below them", () => {
    fc.assert(
      fc.property(listed, arrangement, (some, how) => {
        const { rows, order } = rowsOf(some, how);
        expect([...order].sort()).toEqual(some.map(({ id }) => id).sort());
        const above: Row[] = [];
        for (const row of rows) {
          while (above.length > row.depth) above.pop();
          expect(above.length).toBe(row.depth);
          const last = above.at(-1);
          if (last) expect(last.from <= row.from && row.to <= last.to).toBe(true);
          if (last) expect(last.open).toBe(true);
          if (row.what === "run") expect(order[row.from]).toBe(row.key);
          above.push(row);
        }
        expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
        const open = rowsOf(some, { ...how, closed: new Set() });
        expect(open.order).toEqual(order);
        expect(open.rows.filter(({ what }) => what === "run")).toHaveLength(some.length);
      }),
    );
  });

  test("how many are on below a row is the difference of two counts", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (on) => {
        const order = on.map((_, i) => String(i));
        const before = onBefore(order, (id) => on[Number(id)]!);
        expect([...before]).toEqual([0, ...on.map((_, i) => on.slice(0, i + 1).filter(Boolean).length)]);
      }),
    );
  });
});

describe("in place of a row that went", () => {
  const all = runs("a/1", "a/2", "b/c/1", "b/c/2", "b/d", "e");
  const rows = (some: readonly Listed[], ...closed: string[]): readonly Row[] =>
    rowsOf(some, { ...TREE, closed: new Set(closed) }).rows;
  const name = (went: string, now: readonly Row[]): string | undefined => {
    const stood = rows(all);
    return insteadOf(stood.find((row) => row.key === `id of ${went}`)!.key, stood, now)?.name;
  };

  test("stands what it is folded away in, however deep it stood", () => {
    const keys = rows(all).flatMap(({ key, what }) => (what === "folder" ? [key] : []));
    const [, b, c] = keys;
    expect(name("b/c/1", rows(all, c!))).toBe("c/");
    expect(name("b/c/1", rows(all, b!))).toBe("b/");
    expect(name("b/c/1", rows(all, ...keys))).toBe("b/");
  });
  test("stands the nearest one that is left, of two the one behind", () => {
    expect(name("a/1", rows(all.slice(1)))).toBe("a/2");
    expect(name("e", rows(all.slice(0, -1)))).toBe("d");
    expect(name("b/d", rows(all.filter(({ name }) => name !== "b/d")))).toBe("e");
    expect(name("e", rows([]))).toBeUndefined();
  });
  test("stands one that is there, if any is", () => {
    const some = fc.subarray(all);
    fc.assert(
      fc.property(some, some, fc.nat(), (before, after, at) => {
        const [stood, now] = [rows(before), rows(after)];
        const left = stood.filter(({ key }) => now.some((row) => row.key === key));
        const went = stood.filter((row) => !left.includes(row));
        if (went.length === 0) return;
        const found = insteadOf(went[at % went.length]!.key, stood, now);
        expect(found !== null).toBe(left.length > 0);
        if (found) expect(now).toContain(found);
      }),
    );
  });
});
