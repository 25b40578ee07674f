/** What stands in the columns of the run list, as people read it. */

import { formatDuration, formatStep, formatTime, formatValue } from "../../charts/labels";
import type { Cell } from "../../model/columns";
import { formatAge } from "../../model/format";
import { oneLine } from "../../model/names";

export function cellText(column: string, value: Cell | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return oneLine(value);
  switch (column) {
    case "age":
      return formatAge(value);
    case "duration":
      return formatDuration(value);
    case "started":
      return formatTime(value);
    case "steps":
    case "points":
    case "tags":
    case "attempts":
      return formatStep(value);
  }
  return formatValue(value);
}
