/** Reader of column frames (spec/columns.md). */

/** A column as it lies in the frame: floats and signed integers may have been narrowed to 32 bits, without any loss. */
export type Column = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint32Array | Uint8Array;

/** Steps, exact: numbers where all of them fit 32 bits, else bigints. */
export type Steps = BigInt64Array | Int32Array;

export interface Frame {
  /** The header's members besides `columns`: the answer's metadata. */
  header: Record<string, unknown>;
  /** Columns by name, viewed in place; those of a type unknown here are left out. */
  columns: Map<string, Column>;
}

/** The bytes are not a column frame that this version can read. */
export class FrameError extends Error {}

const MAGIC = "LBCF";
const VERSION = 2;
const PREAMBLE = 16;
const ALIGNMENT = 8;

const types = {
  f64: Float64Array,
  f32: Float32Array,
  i64: BigInt64Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
};

/** View the columns of a frame in place. Throws FrameError for bytes that are no frame of this version. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  if (buffer.byteLength < PREAMBLE) {
    throw new FrameError(`expected a column frame of at least ${PREAMBLE} bytes, found ${buffer.byteLength}`);
  }
  const view = new DataView(buffer);
  const magic = new TextDecoder("latin1").decode(new Uint8Array(buffer, 0, 4));
  if (magic !== MAGIC)
    throw new FrameError(`expected a column frame (${MAGIC}), found ${JSON.stringify(magic)}`);
  const version = view.getUint32(4, true);
  if (version !== VERSION) {
    throw new FrameError(
      `expected column frame version ${VERSION}, found ${version}: reload the page to fetch the board that fits this server`,
    );
  }
  const headerLength = view.getUint32(8, true);
  if (headerLength % ALIGNMENT !== 0 || PREAMBLE + headerLength > buffer.byteLength) {
    throw new FrameError(
      `expected a header inside the frame's ${buffer.byteLength} bytes, found a length of ${headerLength}`,
    );
  }
  const header = parseHeader(new Uint8Array(buffer, PREAMBLE, headerLength));
  const columns = new Map<string, Column>();
  for (const [name, entry] of Object.entries(asObject(header["columns"], "columns"))) {
    const column = viewColumn(buffer, name, asObject(entry, `column ${name}`), PREAMBLE + headerLength);
    if (column) columns.set(name, column);
  }
  delete header["columns"];
  return { header, columns };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    return asObject(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)), "header");
  } catch (error) {
    if (error instanceof FrameError) throw error;
    throw new FrameError(`expected a frame header in JSON: ${String(error)}`, { cause: error });
  }
}

function viewColumn(
  buffer: ArrayBuffer,
  name: string,
  entry: Record<string, unknown>,
  bodyStart: number,
): Column | undefined {
  const { type, offset, length } = entry;
  if (typeof type !== "string") {
    throw new FrameError(`expected the type of column ${name} to be a string, found ${JSON.stringify(type)}`);
  }
  if (!Object.hasOwn(types, type)) return undefined;
  const Items = types[type as keyof typeof types];
  if (!isCount(offset) || !isCount(length) || offset % ALIGNMENT !== 0) {
    throw new FrameError(
      `expected column ${name} at a multiple of ${ALIGNMENT}, found offset ${String(offset)}, length ${String(length)}`,
    );
  }
  if (offset < bodyStart || offset + length * Items.BYTES_PER_ELEMENT > buffer.byteLength) {
    throw new FrameError(
      `expected column ${name} inside the frame's ${buffer.byteLength} bytes, found offset ${offset}, length ${length}`,
    );
  }
  return new Items(buffer, offset, length);
}

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FrameError(`expected ${what} to be an object, found ${JSON.stringify(value)}`);
  }
  return value as Record<string, unknown>;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
