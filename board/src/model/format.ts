/** Sizes and ages as people read them. */

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** 999 B, 1.2 kB, 105 MB: decimal units, up to three digits. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let size = bytes;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : size.toFixed(0)} ${UNITS[unit]!}`;
}

/** How long ago, in one unit, rounded down: 3 s, 12 min, 5 h, 8 d, 2 y. */
export function formatAge(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  if (seconds < 730 * 86_400) return `${Math.floor(seconds / 86_400)} d`;
  return `${Math.floor(seconds / (365.25 * 86_400))} y`;
}

/** "12", "1,200": a whole number. By hand, since the browser's own way loads its tables of languages when a page opens. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 run", "3 runs"; a noun that ends in s is the same for all. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 || noun.endsWith("s") ? "" : "s"}`;
}
