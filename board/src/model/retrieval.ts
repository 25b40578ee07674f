/**
 * One bit for each of many ids, in little more than one bit an id and without the ids: a static retrieval structure.
 *
 * Ids fall into buckets by their hash. In each bucket an id's bit is the parity of those bits of the bucket that the id's
 * row of random bits picks; the bucket's bits solve that linear system over GF(2). An id that is in the structure gets
 * its bit back, whichever other ids there are by then; any other id gets one by chance.
 */

/** Ids in a bucket, about: the work is quadratic in it, what is spent besides the bits falls with it. */
const BUCKET = 256;
/** Columns more than rows at the first try: with three, the rows of 7 buckets in 8 are independent. */
const SPARE = 3;
const MOST_SPARE = 24;
/** A bucket's width is kept in a byte, as the difference from its mean. */
const BIAS = 128;

export class Retrieval {
  private constructor(
    private readonly buckets: readonly Int32Array[],
    private readonly widths: readonly number[],
  ) {}

  /** Null if there are more ids than it is made for (65,536), or two that no hash of ours tells apart. */
  static of(bits: ReadonlyMap<string, boolean>): Retrieval | null {
    if (bits.size > 0xffff) return null;
    const rows = Array.from({ length: bucketCount(bits.size) }, (): Hash[] => []);
    const values = Array.from({ length: rows.length }, (): boolean[] => []);
    for (const [id, bit] of bits) {
      const hash = hashOf(id);
      const bucket = bucketOf(hash, rows.length);
      rows[bucket]!.push(hash);
      values[bucket]!.push(bit);
    }
    const buckets: Int32Array[] = [];
    const widths: number[] = [];
    for (const [i, hashes] of rows.entries()) {
      let width = hashes.length + SPARE;
      let solved = solve(hashes, values[i]!, width);
      while (solved === null && width < hashes.length + MOST_SPARE)
        solved = solve(hashes, values[i]!, ++width);
      if (solved === null) return null;
      buckets.push(solved);
      widths.push(width);
    }
    return new Retrieval(buckets, widths);
  }

  bit(id: string): boolean {
    const hash = hashOf(id);
    const bucket = bucketOf(hash, this.buckets.length);
    const bits = this.buckets[bucket]!;
    return parity(rowOf(hash, this.widths[bucket]!), bits) === 1;
  }

  /** The bytes that `read` takes, or null if a bucket is too unlike the others. */
  bytes(count: number): number[] | null {
    const mean = meanWidth(count);
    const bytes: number[] = [];
    for (const width of this.widths) {
      const byte = width - mean + BIAS;
      if (byte < 0 || byte > 255) return null;
      bytes.push(byte);
    }
    let [pending, held] = [0, 0];
    for (const [i, bucket] of this.buckets.entries()) {
      for (let column = 0; column < this.widths[i]!; column++) {
        pending = (pending << 1) | ((bucket[column >> 5]! >>> (column & 31)) & 1);
        if (++held === 8) {
          bytes.push(pending);
          [pending, held] = [0, 0];
        }
      }
    }
    if (held > 0) bytes.push(pending << (8 - held));
    return bytes;
  }

  /** What `bytes` wrote for `count` ids, or null if these are not such bytes. */
  static read(bytes: readonly number[], count: number): Retrieval | null {
    if (count > 0xffff) return null;
    const buckets = bucketCount(count);
    const widths = bytes.slice(0, buckets).map((byte) => byte - BIAS + meanWidth(count));
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (widths.some((width) => width < 0) || bytes.length !== buckets + Math.ceil(total / 8)) return null;
    let at = buckets * 8;
    const read = widths.map((width) => {
      const bits = new Int32Array(Math.ceil(width / 32));
      for (let column = 0; column < width; column++, at++)
        if ((bytes[at >> 3]! >> (7 - (at & 7))) & 1) bits[column >> 5]! |= 1 << (column & 31);
      return bits;
    });
    return new Retrieval(read, widths);
  }
}

/** A 32-bit number for an id, other than those that place it in the structure. */
export function fingerprint(id: string): number {
  return hashText(id, 0x2545f491) >>> 0;
}

interface Hash {
  readonly a: number;
  readonly b: number;
}

function bucketCount(count: number): number {
  return Math.max(1, Math.round(count / BUCKET));
}

function meanWidth(count: number): number {
  return Math.round(count / bucketCount(count)) + SPARE;
}

function hashOf(id: string): Hash {
  return { a: hashText(id, 0x811c9dc5 | 0), b: hashText(id, 0x9e3779b9 | 0) };
}

/** FNV-1a from another start, and the last steps of MurmurHash3, 32 bits. */
function hashText(text: string, start: number): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return mixed(value);
}

function mixed(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

function bucketOf(hash: Hash, buckets: number): number {
  return (mixed(hash.a ^ Math.imul(hash.b, 5)) >>> 0) % buckets;
}

function rowOf({ a, b }: Hash, width: number): Int32Array {
  const row = new Int32Array(Math.ceil(width / 32));
  for (let word = 0; word < row.length; word++) row[word] = mixed((a + Math.imul(word + 1, b | 1)) | 0);
  if (width % 32 > 0) row[row.length - 1]! &= (1 << (width % 32)) - 1;
  return row;
}

function parity(a: Int32Array, b: Int32Array): number {
  let folded = 0;
  for (let word = 0; word < a.length; word++) folded ^= a[word]! & b[word]!;
  for (const shift of [16, 8, 4, 2, 1]) folded ^= folded >>> shift;
  return folded & 1;
}

/** Bits whose parities under the rows are the values, by elimination; null if these rows contradict each other. */
function solve(hashes: readonly Hash[], values: readonly boolean[], width: number): Int32Array | null {
  const pivots = new Array<{ row: Int32Array; value: number } | undefined>(width);
  for (const [i, hash] of hashes.entries()) {
    const row = rowOf(hash, width);
    let value = values[i] ? 1 : 0;
    let column = firstSet(row, 0);
    for (let pivot = pivots[column]; column < width && pivot !== undefined; pivot = pivots[column]) {
      for (let word = column >> 5; word < row.length; word++) row[word]! ^= pivot.row[word]!;
      value ^= pivot.value;
      column = firstSet(row, column + 1);
    }
    if (column < width) pivots[column] = { row, value };
    else if (value === 1) return null;
  }
  const bits = new Int32Array(Math.ceil(width / 32));
  for (let column = width - 1; column >= 0; column--) {
    const pivot = pivots[column];
    if (pivot && (parity(pivot.row, bits) ^ pivot.value) === 1) bits[column >> 5]! |= 1 << (column & 31);
  }
  return bits;
}

/** The first column at or after `from` whose bit is set, or one behind the last. */
function firstSet(row: Int32Array, from: number): number {
  let word = from >> 5;
  if (word >= row.length) return row.length << 5;
  let bits = row[word]! & (-1 << (from & 31));
  while (bits === 0) {
    if (++word === row.length) return row.length << 5;
    bits = row[word]!;
  }
  return (word << 5) + 31 - Math.clz32(bits & -bits);
}
