import { describe, expect, test } from "vitest";
import {
  type GroupRule,
  grouping,
  groupBy,
  type HparamOf,
  readRule,
  writeRule,
} from "../../src/model/groups";

const run = (name: string, logdir = "runs", parent: string | null = null) => ({
  id: `${logdir}/${name}`,
  logdir,
  name,
  parent,
});
const none: HparamOf = () => undefined;

function groups(rule: GroupRule, runs: ReturnType<typeof run>[], hparamOf = none): [string, string[]][] {
  const found = groupBy(rule, hparamOf);
  if ("fault" in found) throw new Error(found.fault.message);
  const grouped = grouping(runs, found.of, rule);
  if ("fault" in grouped) throw new Error(grouped.fault.message);
  return grouped.groups.map(({ name, runs: some }) => [name, [...some]]);
}

describe("groups", () => {
  const runs = [run("b/lr10/s1"), run("b/lr2/s1"), run("a/s1"), run("a/s2"), run("alone")];

  test("by folder go as deep as the rule and the path", () => {
    expect(groups({ by: "folder", depth: 1 }, runs).map(([name, some]) => [name, some.length])).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
    expect(groups({ by: "folder", depth: 2 }, runs).map(([name]) => name)).toEqual(["a", "b/lr2", "b/lr10"]);
  });

  test("of several log directories are kept apart by folder, and joined by what they have in common", () => {
    const two = [run("a/x", "old"), run("a/x", "new")];
    expect(groups({ by: "folder", depth: 1 }, two).map(([name]) => name)).toEqual(["new: a", "old: a"]);
    expect(groups({ by: "pattern", pattern: "^(\\w)" }, two).map(([name]) => name)).toEqual(["a"]);
  });

  test("by pattern are what the first brackets find", () => {
    const names = (pattern: string): string[] =>
      groups({ by: "pattern", pattern }, runs).map(([name]) => name);
    expect(names("lr(\\d+)")).toEqual(["2", "10"]);
    expect(names("lr\\d+")).toEqual(["lr2", "lr10"]);
    expect(names("^([^/]+?)/.*s(\\d)")).toEqual(["a", "b"]);
  });

  test("by hyper-parameter are in the order of their values", () => {
    const values: Record<string, number | boolean> = {
      "runs/a/s1": 0.01,
      "runs/a/s2": 1e-4,
      "runs/alone": 0.01,
    };
    const found = groups({ by: "hparam", name: "lr" }, runs, (id) => values[id]);
    expect(found).toEqual([
      ["lr=0.0001", ["runs/a/s2"]],
      ["lr=0.01", ["runs/a/s1", "runs/alone"]],
    ]);
  });

  test("take sub-runs along with their parents", () => {
    const parent = run("a/x");
    expect(groups({ by: "folder", depth: 5 }, [parent, run("a/x/loss_train", "runs", parent.id)])).toEqual([
      ["a", ["runs/a/x", "runs/a/x/loss_train"]],
    ]);
  });

  test("by a pattern that is none say what is wrong and where", () => {
    expect(groupBy({ by: "pattern", pattern: "a(b" }, none)).toMatchObject({ fault: { from: 1, to: 3 } });
  });
});

test("a rule is the same when it is read, and anything else is refused", () => {
  const rules: GroupRule[] = [
    { by: "folder", depth: 3 },
    { by: "pattern", pattern: "実験 (.*)\n." },
    { by: "hparam", name: "lr.x" },
  ];
  for (const rule of rules) expect(readRule(writeRule(rule)!)).toEqual(rule);
  expect(writeRule({ by: "none" })).toBeNull();
  for (const saved of [null, 1, "", "folder", "folder.", "folder.0", "folder.x", "folder.99", "tag.x", {}])
    expect(readRule(saved)).toBeNull();
});

test("a pattern finds letters however they are composed", () => {
  expect(groups({ by: "pattern", pattern: "caf\u00e9" }, [run("cafe\u0301/1"), run("caf\u00e9/2")])).toEqual([
    ["caf\u00e9", ["runs/cafe\u0301/1", "runs/caf\u00e9/2"]],
  ]);
});
