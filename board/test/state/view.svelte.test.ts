import "./page";
import { afterEach, expect, test } from "vitest";
import { Board } from "../../src/state/board.svelte";
import { logdir } from "../model/a_run";

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
    "#chart=(axis:bogus,xLog:!t)&panel=(sort:3,flat:!t,columns:!(!(lr,60),x))&groups=(rule:folder.99,drawAs:mean)",
  );
  expect([board.settings.chart.axis, board.settings.chart.xLog]).toEqual(["step", true]);
  expect([board.panel.tree, board.panel.columns, board.groups.drawAs]).toEqual([
    false,
    [{ id: "lr", width: 60 }],
    "mean",
  ]);
  expect(notice).toContain("“chart” of which this could not be read: axis.");
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
