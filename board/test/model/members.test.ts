import { expect, test } from "vitest";
import { asText, Members } from "../../src/model/members";

test("what nobody asked for, or could read, is known at the end", () => {
  const members = new Members({
    size: "large",
    closed: ["a", 1, "b"],
    filter: 3,
    pinned: ["x"],
    other: null,
    logs: { a: "on", b: 1 },
    all: { a: "on" },
    none: ["on"],
  });
  expect(members.one("size", ["small", "large"])).toBe("large");
  expect(members.list("closed", asText)).toEqual(["a", "b"]);
  expect(members.list("pinned", asText)).toEqual(["x"]);
  expect(members.record("logs", asText)).toEqual(new Map([["a", "on"]]));
  expect(members.record("all", asText)).toEqual(new Map([["a", "on"]]));
  expect(members.record("none", asText)).toBeUndefined();
  expect(members.read("filter", asText)).toBeUndefined();
  expect([members.read("toString", asText), members.list("missing", asText)]).toEqual([undefined, undefined]);
  expect(members.refused).toEqual(["closed", "filter", "other", "logs", "none"]);
});

test("what has no members is refused as a whole, nothing is not", () => {
  for (const saved of ["text", 1, true, ["a"]]) expect(new Members(saved).refused).toBe("all");
  expect([new Members(null).refused, new Members({}).refused]).toEqual([[], []]);
});
