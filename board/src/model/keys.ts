/** All keys and gestures: what the help shows and what the page does come from this one table. */

export type Command =
  | "help"
  | "filter"
  | "next"
  | "previous"
  | "only"
  | "all"
  | "none"
  | "invert"
  | "undo"
  | "redo"
  | "colour"
  | "tags"
  | "settings"
  | "baseline"
  | "doctor"
  | "findings";

export interface Key {
  /** Null: a gesture, or a key that the browser or one widget answers. It is only told of. */
  readonly command: Command | null;
  /** Ways to give it, in the help's words; `Mod` is Cmd on a Mac, else Ctrl. */
  readonly keys: readonly string[];
  readonly does: string;
  readonly where: "Anywhere" | "Runs" | "Charts";
}

export const KEYS: readonly Key[] = [
  { command: "help", keys: ["?"], does: "Show all keys", where: "Anywhere" },
  { command: "undo", keys: ["Mod+Z"], does: "Undo the last change of which runs are on", where: "Anywhere" },
  { command: "redo", keys: ["Shift+Mod+Z", "Mod+Y"], does: "Redo what was undone", where: "Anywhere" },
  { command: "settings", keys: [","], does: "Open or close the settings", where: "Anywhere" },
  { command: "doctor", keys: ["d"], does: "What the doctor says of the log directories", where: "Anywhere" },
  { command: "filter", keys: ["/"], does: "Filter the runs; Escape leaves the box", where: "Runs" },
  { command: "next", keys: ["j"], does: "To the next row", where: "Runs" },
  { command: "previous", keys: ["k"], does: "To the row before", where: "Runs" },
  { command: null, keys: ["Space"], does: "Switch the row, with all below it", where: "Runs" },
  {
    command: null,
    keys: ["Shift+Space", "Shift+click"],
    does: "Switch all rows since the last one",
    where: "Runs",
  },
  { command: null, keys: ["Drag"], does: "Over boxes: switch them as the first one", where: "Runs" },
  {
    command: "only",
    keys: ["o", "Alt+click"],
    does: "Only this row; the same again brings back what was on",
    where: "Runs",
  },
  { command: "all", keys: ["a"], does: "All listed runs on", where: "Runs" },
  { command: "none", keys: ["n"], does: "All listed runs off", where: "Runs" },
  { command: "invert", keys: ["i"], does: "Switch each listed run", where: "Runs" },
  {
    command: "baseline",
    keys: ["b"],
    does: "Read all runs against the row's: differences, or ratios by the settings; again: as logged",
    where: "Runs",
  },
  { command: "colour", keys: ["c"], does: "Choose the row's colour", where: "Runs" },
  { command: "findings", keys: ["Shift+D"], does: "What the doctor says of the row", where: "Runs" },
  { command: null, keys: ["Shift+click on a colour"], does: "Give back the first one", where: "Runs" },
  { command: null, keys: ["→", "←"], does: "Open or close what the row holds", where: "Runs" },
  { command: "tags", keys: ["g"], does: "Filter the tags; Escape leaves the box", where: "Charts" },
  {
    command: null,
    keys: ["Drag over a chart"],
    does: "Magnify a box; a flat or narrow one, one axis",
    where: "Charts",
  },
  {
    command: null,
    keys: ["Wheel on an axis", "Ctrl+wheel", "+", "−"],
    does: "Magnify; x and y for one axis, with Shift back",
    where: "Charts",
  },
  {
    command: null,
    keys: ["Drag an axis", "Shift+drag", "Shift+arrow"],
    does: "Move what is magnified",
    where: "Charts",
  },
  { command: null, keys: ["Double click", "Escape"], does: "See everything again", where: "Charts" },
  { command: null, keys: ["Click", "Enter"], does: "List all values at that step", where: "Charts" },
];

/** What a keyboard event says. */
export interface Press {
  readonly key: string;
  /** The key's place, by what a US keyboard has there. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The command that a key gives, wherever capital letters come from: the lock key changes nothing. */
export function commandOf(press: Press): Command | null {
  const { ctrlKey, metaKey, altKey, shiftKey } = press;
  const key = latin(press);
  if (altKey || key.length !== 1) return null;
  const isLetter = /\p{L}/u.test(key);
  const parts = [
    ...(shiftKey && isLetter ? ["shift"] : []),
    ...(ctrlKey || metaKey ? ["mod"] : []),
    key.toLowerCase(),
  ];
  const given = parts.join("+");
  const found = KEYS.find((one) => one.keys.some((way) => way.toLowerCase() === given));
  return found?.command ?? null;
}

/** The key, or the Latin letter that is on it as well where a keyboard writes others: Cyrillic, Greek, Hebrew. */
export function latin({ key, code }: Pick<Press, "key" | "code">): string {
  if (!/^[^\x00-\x7f]$/.test(key) || !/\p{L}/u.test(key)) return key;
  return /^Key([A-Z])$/.exec(code)?.[1] ?? key;
}

/** A way to give a command as its single keys, as this platform names them: ["Ctrl", "Z"]. */
export function keyNames(way: string, isMac: boolean): string[] {
  if (way === "+") return [way];
  return way.split("+").map((name) => (name === "Mod" ? (isMac ? "Cmd" : "Ctrl") : name));
}
