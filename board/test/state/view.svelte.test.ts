import { happens } from "./page";
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Board } from "../../src/state/board.svelte";
import { logdir, run } from "../model/a_run";

afterEach(() => {
  location.hash = "";
});

/** What is said of an address, once the log directories are known. */
function told(hash: string): { board: Board; notice: string | null } {
  location.hash = hash;
  const board = new Board();
  board.view.meet([logdir("runs")]);
  return { board, notice: board.view.notice };
}

test("what cannot be read in a part is said by name, the rest of it holds", () => {
  const { board, notice } = told(
    "#chart=(axis:bogus,xLog:!t,yLogOf:(a:!t,b:2))&panel=(sort:3,flat:!t,columns:!(!(lr,60),x))&groups=(rule:folder.99,drawAs:mean)",
  );
  expect([board.settings.chart.axis, board.settings.chart.xLog]).toEqual(["step", true]);
  expect(board.settings.chart.yLogOf).toEqual(new Map([["a", true]]));
  expect([board.panel.tree, board.panel.columns, board.groups.drawAs]).toEqual([
    false,
    [{ id: "lr", width: 60 }],
    "mean",
  ]);
  expect(notice).toContain("“chart” of which this could not be read: axis, yLogOf.");
  expect(notice).toContain("“panel” of which this could not be read: sort, columns.");
  expect(notice).toContain("“groups” of which this could not be read: rule.");
});

test("parts that are not known are named, harmlessly", () => {
  expect(told("#panel=(flat:!t)&charts=(axis:wall)").notice).toBe(
    "The address holds what this board does not know: charts.",
  );
  expect(told("#desk=(a%E2%80%AEb:1,size:large)").notice).toContain("a⟨202E⟩b.");
});

test("nothing is said of what can be read, also where it is as by default; what is something else as a whole is told once", () => {
  expect(told("#chart=(axis:step)&panel=(flat:!f)&desk=(size:medium)").notice).toBeNull();
  expect(told("#colours=x").notice).toBe("The address holds a “colours” that could not be read.");
});

describe("a change that the address is yet to follow", () => {
  const [FIRST, SECOND] = ["aaaaaaaaaaaaa", "bbbbbbbbbbbbb"] as const;

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    localStorage.clear();
    vi.useRealTimers();
  });

  function opened(): Board {
    const board = new Board();
    board.view.meet([logdir("elsewhere")]);
    board.selection.meet([run(FIRST), run(SECOND)], true);
    flushSync();
    return board;
  }

  /** As time goes on, all that is due is written. */
  function settle(): void {
    flushSync();
    vi.runAllTimers();
    flushSync();
  }

  test.each(["beforeunload", "pagehide"])("is remembered on %s", (event) => {
    const board = opened();
    settle();
    board.selection.set(FIRST, false);
    happens(event);
    expect(location.hash).toBe("");
    expect([...opened().selection.on]).toEqual([SECOND]);
  });

  test("does not write over an address that Forward led to, of which the browser is yet to tell", () => {
    const board = opened();
    settle();
    board.selection.set(FIRST, false);
    settle();
    const older = location.hash;
    expect(older).toMatch(/^#runs=off/);
    board.selection.setMany([FIRST, SECOND], false);
    settle();
    const newer = location.hash;
    expect(newer).not.toBe(older);

    location.hash = older;
    happens("hashchange");
    flushSync();
    expect([...board.selection.on]).toEqual([SECOND]);
    location.hash = newer;
    vi.runAllTimers();
    expect(location.hash).toBe(newer);
    happens("hashchange");
    expect([...board.selection.on]).toEqual([]);
  });

  test("is asked for again where the browser refused to write it", () => {
    const board = opened();
    settle();
    const refused = vi.spyOn(history, "replaceState").mockImplementationOnce(() => {
      throw new Error("too many");
    });
    board.selection.set(FIRST, false);
    settle();
    expect(refused).toHaveBeenCalledTimes(2);
    expect(location.hash).toMatch(/^#runs=off/);
  });
});
