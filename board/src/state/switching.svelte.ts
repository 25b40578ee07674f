/** Switching runs from the list: a row with all that is below it, or all that is listed; and saying what was done. */

import { counted } from "../model/format";
import { oneLine } from "../model/names";
import type { Row } from "../model/rows";
import type { Board } from "./board.svelte";

/** How long it stands there what was done. */
const SAID_MS = 6_000;

export class Switching {
  /** What was done just now, for those who do not see it. */
  said = $state("");
  private forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly board: Board) {}

  row(row: Row, on: boolean): void {
    const ids = this.board.panel.idsOf(row);
    if (ids.length === 1) this.board.selection.set(ids[0]!, on);
    else this.board.selection.setMany(ids, on);
  }

  /** All rows from one to the other. */
  between(a: Row, b: Row, on: boolean): void {
    const [from, to] = [Math.min(a.from, b.from), Math.max(a.to, b.to)];
    this.board.selection.setMany(this.board.panel.rows.order.slice(from, to), on);
    this.say(`Switched ${counted(to - from, "run")} ${on ? "on" : "off"}.`);
  }

  /** Only this row; the same again brings back what was on. */
  only(row: Row): void {
    const { panel, selection } = this.board;
    const ids = panel.idsOf(row);
    if (ids.length === 0) return;
    selection.only(ids);
    const name = oneLine(row.name);
    this.say(
      selection.onlyThese
        ? `Only ${name} is on. The same again brings back what was on before.`
        : "What was on before is on again.",
    );
  }

  listed(on: boolean): void {
    this.board.selection.setMany(this.board.panel.rows.order, on);
    this.say(`Switched ${this.board.panel.listed} ${on ? "on" : "off"}.`);
  }

  invertListed(): void {
    this.board.selection.invert(this.board.panel.rows.order);
    this.say(`Switched each of ${this.board.panel.listed} the other way.`);
  }

  undo(): void {
    const { selection } = this.board;
    this.say(selection.canUndo ? "Undone." : "There is nothing to undo.");
    selection.undo();
  }

  redo(): void {
    const { selection } = this.board;
    this.say(selection.canRedo ? "Redone." : "There is nothing to redo.");
    selection.redo();
  }

  say(sentence: string): void {
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => (this.said = ""), SAID_MS);
    // The same sentence again has to differ to be read out again.
    this.said = this.said === sentence ? `${sentence}\u00a0` : sentence;
  }
}
