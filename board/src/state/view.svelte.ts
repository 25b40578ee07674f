/**
 * What a person set up, kept in two homes: the address, which can be shared, and the browser's storage, keyed by the log
 * directories. The address wins. Stores hand in their parts; this one knows nothing of what is in them.
 */

import { untrack } from "svelte";
import { oncePainted } from "../charts/painted";
import { fromFragment, LONGEST, toFragment } from "../model/address";
import type { Refused } from "../model/members";
import { oneLine } from "../model/names";
import type { Json } from "../model/notation";
import { fetchViewFiles } from "../wire/client";
import type { LogDirectory } from "../wire/types";
import { placeOf, recall, remember } from "./storage";

/** A part of what a person set up: kept in the address and in storage. */
export interface Part {
  /** Letters; short: it stands in the address. */
  readonly name: string;
  /** Reactive; null: all is as it is by default. */
  get(): Json | null;
  /** Untrusted: what cannot be read becomes the default, and is told. */
  set(saved: Json | null): Refused;
  /** A shorter form for the address, where there is one; `set` reads it as well. */
  short?(): Json | null;
}

/** What lightboard.view.json holds (spec/api.md, GET /api/view). */
export interface ViewFile {
  readonly view: { readonly [part: string]: Json };
}

type Parts = ReadonlyMap<string, Json>;

/** Changes within it are written together: browsers refuse more than 100 writes of the address in 30 seconds. */
const WRITE_MS = 500;
/** Beyond so many writes in 30 seconds big changes wait as well. */
const MOST_WRITES = 30;

export class SavedView {
  /** What could not be taken from the address or a file, and why; null: all was. */
  notice = $state.raw<string | null>(null);
  /** What a reset or a file replaced; null: nothing that could be brought back. */
  private replaced = $state.raw<Parts | null>(null);
  readonly canRestore = $derived(this.replaced !== null);
  /** Nothing is set up, as far as it has been written. */
  isDefault = $state(true);

  private readonly parts: Part[] = [];
  /** What is handed to parts as they come: the address's view, and that of storage once its key is known. */
  private opened = fromFragment(location.hash);
  private key: string | null = null;
  /** The fragment that this store wrote or took in last: any other is a person's doing. */
  private fragment = location.hash;
  /** The fragment before that was written: a reload that began meanwhile leads back to it. */
  private before = location.hash;
  private how: "replace" | "push" = "replace";
  /** Calls off the writing that is to come. */
  private due: (() => void) | null = null;
  /** When the address was written. */
  private writes: number[] = [];
  /** Counts how often parts were asked; an effect that runs in the same round runs because one changed. */
  private round = $state(1);
  private watched = 0;

  constructor() {
    this.notice = unreadNotice(this.opened.unread);
    addEventListener("hashchange", () => this.follow());
    // A browser waits for what answers the first of the two; the other may come after the page that is gone to has begun.
    addEventListener("beforeunload", () => this.store());
    addEventListener("pagehide", () => this.store());
    $effect.root(() => {
      $effect(() => this.watch());
    });
  }

  /** Keep this part from now on; if the address or storage has it, hand that in now. */
  keep(part: Part): void {
    this.parts.push(part);
    const saved = this.opened.parts.get(part.name);
    if (saved !== undefined) this.give(part, saved, "The address");
    this.round++;
  }

  /** Learn which log directories there are; the first time, recall their view unless the address has one. */
  meet(logdirs: readonly LogDirectory[]): void {
    if (this.key !== null) return;
    this.key = placeOf("view", logdirs);
    const saved = asSaved(recall(this.key));
    const { parts, unread, leftOut } = this.opened;
    const isEmpty = parts.size + unread.length + leftOut.length === 0;
    const recalled = new Map(Object.entries(saved?.parts ?? {}));
    if (saved !== null && (isEmpty || isOlder(saved))) {
      this.opened = { parts: recalled, unread: [], leftOut: [] };
      this.giveAll(recalled, "The browser's memory");
    } else {
      this.sayStrange(parts, "The address");
      if (leftOut.length > 0)
        this.say(
          `The link was too long to hold all that was set up: ${leftOut.join(", ")} is as it is by default.`,
        );
    }
    if (isEmpty && recalled.size === 0) void this.openShared();
    this.writeSoon();
  }

  /** The change that follows is a big one: Back leads to how it was before. */
  milestone(): void {
    this.follow();
    const since = performance.now() - 30_000;
    const isCalm = this.writes.filter((at) => at > since).length < MOST_WRITES;
    if (this.due !== null && isCalm) this.write();
    this.how = "push";
    if (!isCalm || this.key === null) return this.writeSoon();
    this.stopWaiting();
    let isDue = true;
    this.due = () => (isDue = false);
    oncePainted(() => isDue && this.write());
  }

  /** Everything as it is by default; `restore` brings it back, and so does Back. */
  reset(): void {
    this.replace(new Map(), "");
    this.notice = "Everything is as it is by default.";
  }

  /** The contents of a file for `open`, all that is set up in it. */
  file(): ViewFile {
    return { view: Object.fromEntries(this.values()) };
  }

  /** Take what is set up in a file; `restore` undoes it. False if it is none, and says so. */
  open(name: string, text: string): boolean {
    const view = viewIn(text);
    this.notice = null;
    if (view === null) {
      this.notice = `${name} was not opened: expected a view that the board saved, JSON with a member “view”, found something else.`;
      return false;
    }
    this.replace(new Map(Object.entries(view)), name);
    this.say(`What is set up in ${name} was opened.`);
    return true;
  }

  /** The notice has been read: what it tells of stays as it is. */
  dismiss(): void {
    this.notice = null;
    this.replaced = null;
  }

  /** Undo a reset, or opening a file. */
  restore(): void {
    const parts = this.replaced;
    if (parts === null) return;
    this.replace(parts, "");
    this.dismiss();
  }

  /** The address of what is on show, at most LONGEST characters long, and the names of what it has no room for. */
  link(): { readonly href: string; readonly leftOut: readonly string[] } {
    const fragment = this.toFragment();
    return { href: page() + fragment, leftOut: fromFragment(fragment).leftOut };
  }

  /** With nothing in address or storage, take the view that somebody wrote into the log directory, if one did. */
  private async openShared(): Promise<void> {
    try {
      const { files } = await fetchViewFiles();
      for (const { message } of files) if (message !== "") this.say(message);
      const shared = files.find(({ view }) => view !== null);
      if (!shared || this.values().size > 0) return;
      const view = new Map(Object.entries(shared.view as Readonly<Record<string, Json>>));
      this.giveAll(view, shared.path);
    } catch {
      // Without an answer there is no view to open, and the lost connection shows by itself.
    }
  }

  private replace(parts: Parts, from: string): void {
    this.milestone();
    const before = this.values();
    this.giveAll(parts, from);
    this.replaced = before;
  }

  private giveAll(parts: Parts, from: string): void {
    for (const part of this.parts) this.give(part, parts.get(part.name) ?? null, from);
    this.sayStrange(parts, from);
  }

  /** Take in the address, if it changed by Back, Forward, or by hand. */
  private follow(): void {
    if (location.hash === this.fragment) return;
    this.stopWaiting();
    this.how = "replace";
    this.fragment = location.hash;
    const found = fromFragment(location.hash);
    this.notice = unreadNotice(found.unread);
    for (const part of this.parts) {
      if (!found.leftOut.includes(part.name))
        this.give(part, found.parts.get(part.name) ?? null, "The address");
    }
    this.sayStrange(found.parts, "The address");
  }

  private give(part: Part, saved: Json | null, from: string): void {
    const text = JSON.stringify(saved);
    const isThere = (): boolean =>
      text === JSON.stringify(part.get()) ||
      (part.short !== undefined && text === JSON.stringify(part.short()));
    untrack(() => {
      if (isThere()) return;
      const refused = part.set(saved);
      if (refused === "all") this.say(`${from} holds a “${part.name}” that could not be read.`);
      else if (refused.length > 0)
        this.say(`${from} holds a “${part.name}” of which this could not be read: ${listed(refused)}.`);
    });
  }

  /** Tell of parts that nothing here keeps: of another version, or mistyped. */
  private sayStrange(parts: Parts, from: string): void {
    const strange = [...parts.keys()].filter((name) => !this.parts.some((part) => part.name === name));
    if (strange.length > 0) this.say(`${from} holds what this board does not know: ${listed(strange)}.`);
  }

  /** Add a sentence to what could not be taken from an address or a file. */
  say(sentence: string): void {
    this.notice = this.notice === null ? sentence : `${this.notice} ${sentence}`;
  }

  /**
   * Wait for a change, then write a little later what there is by then. Parts are only asked when they are written, so
   * that a change costs the same however much there is to keep, and further ones cost nothing.
   */
  private watch(): void {
    if (this.round === this.watched) {
      this.writeSoon();
      return;
    }
    this.watched = this.round;
    for (const part of this.parts) part.get();
  }

  private writeSoon(): void {
    if (this.key === null || this.due !== null) return;
    const timer = setTimeout(() => this.write(), WRITE_MS);
    this.due = () => clearTimeout(timer);
  }

  /** Write what there is. An address that changed, of which the browser is yet to tell, is not written over. */
  private write(): void {
    if (this.key === null) return;
    this.follow();
    this.stopWaiting();
    this.address();
    this.store();
    this.round++;
  }

  /** Have the browser remember what there is, whether or not the address followed it already. */
  private store(): void {
    if (this.key === null) return;
    const values = this.values();
    const [fragment, before, behind] = [location.hash, this.before, this.due !== null];
    this.isDefault = values.size === 0;
    const isNothing = this.isDefault && fragment === "" && before === "";
    const saved: Saved = { fragment, before, behind, parts: Object.fromEntries(values) };
    remember(this.key, isNothing ? null : saved);
  }

  private address(): void {
    const fragment = this.toFragment();
    const how = this.how;
    this.how = "replace";
    if (fragment === location.hash) return;
    const now = performance.now();
    this.writes = [...this.writes.filter((at) => at > now - 30_000), now];
    try {
      const before = location.hash;
      history[`${how}State`](null, "", location.pathname + location.search + fragment);
      [this.before, this.fragment] = [before, location.hash];
    } catch {
      this.how = how; // too many writes for this browser: a later one holds this change as well
      this.writeSoon();
    }
  }

  private stopWaiting(): void {
    this.due?.();
    this.due = null;
  }

  private values(): Map<string, Json> {
    return valuesOf(this.parts, (part) => part.get());
  }

  private toFragment(): string {
    const values = valuesOf(this.parts, (part) => (part.short ? part.short() : part.get()));
    return toFragment(values, LONGEST - page().length);
  }
}

function valuesOf(parts: readonly Part[], value: (part: Part) => Json | null): Map<string, Json> {
  return untrack(
    () =>
      new Map(
        parts.flatMap((part) => {
          const found = value(part);
          return found === null ? [] : [[part.name, found] as const];
        }),
      ),
  );
}

function unreadNotice(unread: readonly string[]): string | null {
  if (unread.length === 0) return null;
  return `The address could not be read in full (${unread.join(", ")}): what stood there is as it is by default.`;
}

/** Names that anyone may have written, fit for a sentence. */
function listed(names: readonly string[]): string {
  const few = names.slice(0, 5).map((name) => oneLine(name).slice(0, 40));
  return few.join(", ") + (names.length > few.length ? ` and ${names.length - few.length} more` : "");
}

function page(): string {
  return location.origin + location.pathname + location.search;
}

function viewIn(text: string): ViewFile["view"] | null {
  try {
    const found = JSON.parse(text) as Partial<ViewFile> | null;
    const view = found?.view;
    return typeof view === "object" && !Array.isArray(view) ? view : null;
  } catch {
    return null;
  }
}

/** What storage holds. */
interface Saved {
  /** The address at that time. */
  readonly fragment: string;
  /** What it was before it was last written. */
  readonly before: string;
  /** The page was left before its address could follow the last change. */
  readonly behind: boolean;
  readonly parts: Readonly<Record<string, Json>>;
}

function asSaved(found: unknown): Saved | null {
  if (typeof found !== "object" || found === null || !("parts" in found) || !("fragment" in found))
    return null;
  const { parts, fragment } = found;
  if (typeof parts !== "object" || parts === null || typeof fragment !== "string") return null;
  const before = "before" in found && typeof found.before === "string" ? found.before : fragment;
  const behind = "behind" in found && found.behind === true;
  return { fragment, before, behind, parts: parts as Saved["parts"] };
}

/** Whether the address says no more than what is saved: it is the one of that view, or this is a reload of its page. */
function isOlder(saved: Saved): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (saved.fragment === location.hash) return !saved.behind || entry?.type !== "navigate";
  return saved.before === location.hash && entry?.type === "reload";
}
