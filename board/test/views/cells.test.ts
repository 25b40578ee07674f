import { expect, test } from "vitest";
import { cellText } from "../../src/views/runs/cells";

test.each([
  ["steps", 12_345_678, "12,345,678"],
  ["age", 7_200, "2 h"],
  ["duration", 12_000, "3 h 20 min"],
  ["lr", 0.0003, "0.0003"],
  ["last(loss)", 1.234567, "1.2346"],
  ["last(loss)", NaN, "NaN"],
  ["optimizer", "adam\u202e", "adam⟨202E⟩"],
  ["lr", null, ""],
  ["lr", undefined, ""],
])("in %s, %s is read as %s", (column, value, text) => expect(cellText(column, value)).toBe(text));
