/** Names of runs as they fit into narrow columns. */

export interface SplitName {
  /** What a neighbour's name starts with too: may be cut short. */
  readonly shared: string;
  /** What tells this name from its neighbours': stays visible. */
  readonly own: string;
}

/** Split each name of a sorted list where it starts to differ from both of its neighbours, at a word's edge. */
export function splitNames(names: readonly string[]): SplitName[] {
  return names.map((name, i) => {
    const start = Math.max(sharedStart(name, names[i - 1]), sharedStart(name, names[i + 1]));
    const edge = wordEdge(name, Math.min(start, name.length - 1));
    return { shared: name.slice(0, edge), own: name.slice(edge) };
  });
}

function sharedStart(name: string, other: string | undefined): number {
  let length = 0;
  while (length < name.length && name[length] === other?.[length]) length++;
  return length;
}

/** The last place at or before `at` that follows a separator, else 0. */
function wordEdge(name: string, at: number): number {
  let edge = at;
  while (edge > 0 && !/[/\\_\-,=\s]/.test(name[edge - 1]!)) edge--;
  return edge;
}
