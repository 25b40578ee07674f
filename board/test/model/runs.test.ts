import { describe, expect, test } from "vitest";
import { calledBesides, oneLine } from "../../src/model/names";
import { noteOf } from "../../src/model/runs";
import { run } from "./a_run";

describe("a run that draws nothing", () => {
  test("says why in the server's words, each once", () => {
    const damage = [{ code: "zeros" as const, offset: 8, length: 4, message: "4 zeros at 8" }];
    const file = {
      name: "f",
      bytes: 1,
      bytes_read: 1,
      records: 0,
      modified: 0,
      state: "damaged" as const,
      message: "",
    };
    const note = noteOf(
      run("x", { state: "damaged", message: "f: 4 zeros at 8", files: [{ ...file, damage }] }),
    );
    expect(note).toEqual({
      weight: "fault",
      mark: "damaged",
      reason: "f: 4 zeros at 8",
      codes: ["record_zeros"],
    });
  });
  test("says that writers are in conflict, after what is damaged", () => {
    const conflict = { message: "Expected one writer.", writers: [], files: ["f", "g"] };
    expect(noteOf(run("x", { conflict }))).toEqual({
      weight: "fault",
      mark: "conflict",
      reason: "Expected one writer.",
      codes: ["writers_at_once"],
    });
    const both = noteOf(run("x", { conflict, state: "damaged", message: "f: 4 zeros at 8" }));
    expect([both?.mark, both?.reason]).toEqual(["damaged", "f: 4 zeros at 8\nExpected one writer."]);
  });
  test("has no note when there is nothing to say", () => expect(noteOf(run("x"))).toBeNull());
  test("is told from one that only lacks scalars", () => {
    expect(noteOf(run("x", { points: 0, tags: 3 }))?.mark).toBe("no scalars");
    expect(noteOf(run("x", { points: 0, tags: 1 }))?.reason).toBe("It has 1 tag, none with scalars.");
  });
});

test("names are one line that reads in one direction", () => {
  expect(oneLine("実験…1 é 🚀")).toBe("実験…1 é 🚀");
  expect(oneLine("a\nb\u0000\u007f")).toBe("a␊b␀⟨7F⟩");
  expect(oneLine("\u202eevil\u2066")).toBe("⟨202E⟩evil⟨2066⟩");
  expect(oneLine("a\u061cb")).toBe("a⟨61C⟩b");
});

test("a tag's other name is told unless the tag ends in it", () => {
  expect(calledBesides("train/loss", "Cross entropy")).toBe("Cross entropy");
  expect(calledBesides("train/loss", "ss")).toBe("ss");
  for (const same of ["", "loss", "train/loss"]) expect(calledBesides("train/loss", same)).toBeNull();
});
