import "./page";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Colours } from "../../src/state/colours.svelte";
import { Groups } from "../../src/state/groups.svelte";
import { Hparams } from "../../src/state/hparams.svelte";
import { SavedView } from "../../src/state/view.svelte";
import { run } from "../model/a_run";

const PLACE = "colours.test";

function tab(): Colours {
  const view = new SavedView();
  return new Colours(
    new Groups(() => [], new Hparams(), view),
    () => "light",
    () => [],
    view,
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => void vi.useRealTimers());

test("two tabs that learn of runs at different times agree on their colours, and forget none", () => {
  const [one, other] = [tab(), tab()];
  const [a, ...later] = Array.from({ length: 30 }, (_, i) => run(`run-${i}`));
  one.meet([a!], PLACE);
  other.meet([a!], PLACE);
  vi.runAllTimers();
  // Each meets all but the first in an order of its own, one after another.
  later.forEach((_, i) => {
    one.meet([a!, ...later.slice(0, i + 1)], PLACE);
    vi.runAllTimers();
    other.meet([a!, ...later.slice(Math.max(0, 28 - i - 1))], PLACE);
    vi.runAllTimers();
  });
  const again = tab();
  const all = [a!, ...later];
  for (const each of [one, other, again]) each.meet([...all], PLACE);
  for (const { id } of all)
    expect([other.of(id), other.dash(id), again.of(id)]).toEqual([one.of(id), one.dash(id), one.of(id)]);
});
