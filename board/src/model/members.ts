/** What anyone may have written, read member by member: what could not be read is known at the end. */

import type { Json } from "./notation";

/** Names of members that could not be read, or that nothing of is known. */
export type Refused = readonly string[] | "all";

export class Members {
  private readonly members: Readonly<Record<string, Json>>;
  private readonly unread: Set<string>;
  private readonly isElse: boolean;

  constructor(saved: Json) {
    const isObject = typeof saved === "object" && saved !== null && !Array.isArray(saved);
    this.members = isObject ? (saved as Readonly<Record<string, Json>>) : {};
    this.isElse = !isObject && saved !== null;
    this.unread = new Set(Object.keys(this.members));
  }

  get refused(): Refused {
    return this.isElse ? "all" : [...this.unread];
  }

  get names(): readonly string[] {
    return Object.keys(this.members);
  }

  /** What `read` makes of a member; undefined: it is not there, or cannot be read. */
  read<Value>(name: string, read: (saved: Json) => Value | undefined): Value | undefined {
    if (!Object.hasOwn(this.members, name)) return undefined;
    const found = read(this.members[name]!);
    if (found !== undefined) this.unread.delete(name);
    return found;
  }

  /** One of the values that are known. */
  one<Value extends Json>(name: string, known: readonly Value[]): Value | undefined {
    return this.read(name, (saved) => known.find((value) => value === saved));
  }

  /** The items of a list that can be read; with others in it, the list counts as unread. */
  list<Item>(name: string, read: (saved: Json) => Item | undefined): Item[] | undefined {
    let items: Item[] | undefined;
    this.read(name, (saved) => {
      if (!Array.isArray(saved)) return undefined;
      const found = (saved as readonly Json[]).map(read);
      items = found.filter((item) => item !== undefined);
      return items.length === saved.length ? items : undefined;
    });
    return items;
  }

  /** The entries of a record that can be read; with others in it, the record counts as unread. */
  record<Value>(name: string, read: (saved: Json) => Value | undefined): Map<string, Value> | undefined {
    let entries: Map<string, Value> | undefined;
    this.read(name, (saved) => {
      if (typeof saved !== "object" || saved === null || Array.isArray(saved)) return undefined;
      const found = Object.entries(saved as Readonly<Record<string, Json>>);
      entries = new Map(
        found.flatMap(([key, value]) => {
          const one = read(value);
          return one === undefined ? [] : [[key, one] as const];
        }),
      );
      return entries.size === found.length ? entries : undefined;
    });
    return entries;
  }
}

export function asText(saved: Json): string | undefined {
  return typeof saved === "string" ? saved : undefined;
}
