import { expect, test } from "vitest";
import { commandOf, KEYS, keyNames, type Press } from "../../src/model/keys";

const press = (key: string, change: Partial<Press> = {}): Press => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...change,
});

test.each([
  [press("j"), "next"],
  [press("?", { shiftKey: true }), "help"],
  [press("/", { shiftKey: true }), "filter"], // where a slash needs Shift
  [press("z", { ctrlKey: true }), "undo"],
  [press("z", { metaKey: true }), "undo"],
  [press("Z", { metaKey: true, shiftKey: true }), "redo"],
  [press("y", { ctrlKey: true }), "redo"],
  [press("O"), "only"],
  [press("a", { ctrlKey: true }), null],
  [press("o", { altKey: true }), null],
  [press("A", { shiftKey: true }), null],
  [press("Enter"), null],
  [press("x"), null],
  [press("о", { code: "KeyJ" }), "next"], // Cyrillic
  [press("Щ", { code: "KeyO" }), "only"],
  [press("я", { code: "KeyZ", ctrlKey: true }), "undo"],
  [press("Я", { code: "KeyZ", ctrlKey: true, shiftKey: true }), "redo"],
  [press("ξ", { code: "KeyJ" }), "next"],
  [press("ח", { code: "KeyJ" }), "next"],
  [press("z", { code: "KeyY", ctrlKey: true }), "undo"], // German: what is written on the key counts
  [press("ö", { code: "Semicolon" }), null],
  [press("é", { code: "Digit2" }), null],
])("%j gives %s", (given, command) => expect(commandOf(given)).toBe(command));

test("no key gives two commands", () => {
  const ways = KEYS.flatMap(({ keys }) => keys);
  expect(new Set(ways).size).toBe(ways.length);
});

test("every command has a key that gives it", () => {
  for (const { command, keys } of KEYS) {
    if (command === null) continue;
    const names = keys[0]!.toLowerCase().split("+");
    const given = press(names.at(-1)!, { ctrlKey: names.includes("mod"), shiftKey: names.includes("shift") });
    expect(commandOf(given)).toBe(command);
  }
});

test("every key has a name, which stands once in its combination", () => {
  for (const way of KEYS.flatMap(({ keys }) => keys)) {
    const names = keyNames(way, false);
    expect(names, way).not.toContain("");
    expect(new Set(names).size, way).toBe(names.length);
  }
});

test("keys are named as the platform does", () => {
  expect(keyNames("Shift+Mod+Z", true)).toEqual(["Shift", "Cmd", "Z"]);
  expect(keyNames("Mod+Z", false)).toEqual(["Ctrl", "Z"]);
});
