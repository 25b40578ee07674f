/** The crosshair in words: columns of its table, with numbers and times that can be compared, and one reading to be spoken. */

import { formatStep, formatTime, formatValue } from "../../charts/labels";
import { formatCount } from "../../model/format";
import { isGap } from "../../model/group_series";
import { oneLine } from "../../model/names";
import { type Reading, stepOf } from "../../model/plot";

const DIGITS = 5;

/** Values with as many decimals as the largest has within five digits; each by itself where sizes differ widely. */
export function alignedValues(values: readonly number[]): string[] {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [least, largest] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length === 0 || largest / least >= 1000 || least < 1e-4 || largest >= 1e6)
    return values.map((value) => formatValue(value, DIGITS));
  const decimals = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(largest)));
  return values.map((value) =>
    Number.isFinite(value)
      ? value
          .toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
          .replace("-", "−")
      : formatValue(value),
  );
}

/** Local times; where all fall on one day, that day once and the times of day. */
export function alignedTimes(seconds: readonly number[]): { day: string | null; texts: string[] } {
  const texts = seconds.map(formatTime);
  const day = texts[0]?.slice(0, 10) ?? "";
  return /^\d{4}-\d\d-\d\d$/.test(day) && texts.every((text) => text.startsWith(`${day} `))
    ? { day, texts: texts.map((text) => text.slice(11)) }
    : { day: null, texts };
}

/** "lr 0.1: 0.4321 at step 2,400, nearest of 12": what a screen reader says when keys move the crosshair. */
export function spokenReading(reading: Reading, name: string, of: number): string {
  const { series, index, y } = reading;
  const step = stepOf(reading);
  const where = step === null ? "" : ` at step ${formatStep(step)}`;
  const value = isGap(series, index) ? "no value" : formatValue(y);
  return `${oneLine(name)}: ${value}${where}${of > 1 ? `, nearest of ${formatCount(of)}` : ""}`;
}
