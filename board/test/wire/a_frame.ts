/** Column frames for tests, as the server writes them (spec/columns.md). */

export type Items = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint32Array;

const types = new Map<unknown, string>([
  [Float64Array, "f64"],
  [Float32Array, "f32"],
  [BigInt64Array, "i64"],
  [Int32Array, "i32"],
  [Uint32Array, "u32"],
]);

export function frame(header: object, columns: Record<string, Items>): ArrayBuffer {
  const headerLength = 4096;
  let end = 16 + headerLength;
  const places = Object.entries(columns).map(([name, items]) => {
    const offset = end;
    end += Math.ceil(items.byteLength / 8) * 8;
    return [name, { type: types.get(items.constructor), offset, length: items.length }] as const;
  });
  const bytes = new Uint8Array(end);
  const text = JSON.stringify({ ...header, columns: Object.fromEntries(places) });
  bytes.set(new TextEncoder().encode("LBCF"), 0);
  bytes.set(new TextEncoder().encode(text.padEnd(headerLength)), 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, 2, true);
  view.setUint32(8, headerLength, true);
  for (const [name, { offset }] of places) {
    const items = columns[name]!;
    bytes.set(new Uint8Array(items.buffer, items.byteOffset, items.byteLength), offset);
  }
  return bytes.buffer;
}
