/** Reader of column frames (spec/columns.md). */

export type Column = Float64Array | BigInt64Array | Uint32Array | Uint8Array;

export interface Frame {
  /** The header's members besides `columns`: the answer's metadata. */
  header: Record<string, unknown>;
  /** Columns by name, viewed in place; those of a type unknown here are left out. */
  columns: Map<string, Column>;
}

/** The bytes are not a column frame that this version can read. */
export class FrameError extends Error {}

const MAGIC = "LBCF";
const VERSION = 1;
const PREAMBLE = 16;
const ALIGNMENT = 8;

const readers = {
  f64: {
    size: 8,
    view: (buffer: ArrayBuffer, offset: number, length: number) => new Float64Array(buffer, offset, length),
  },
  i64: {
    size: 8,
    view: (buffer: ArrayBuffer, offset: number, length: number) => new BigInt64Array(buffer, offset, length),
  },
  u32: {
    size: 4,
    view: (buffer: ArrayBuffer, offset: number, length: number) => new Uint32Array(buffer, offset, length),
  },
  u8: {
    size: 1,
    view: (buffer: ArrayBuffer, offset: number, length: number) => new Uint8Array(buffer, offset, length),
  },
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
  const reader = Object.hasOwn(readers, String(entry["type"]))
    ? readers[entry["type"] as keyof typeof readers]
    : undefined;
  if (!reader) return undefined;
  const { offset, length } = entry;
  if (!isCount(offset) || !isCount(length) || offset % ALIGNMENT !== 0) {
    throw new FrameError(
      `expected column ${name} at a multiple of ${ALIGNMENT}, found offset ${String(offset)}, length ${String(length)}`,
    );
  }
  if (offset < bodyStart || offset + length * reader.size > buffer.byteLength) {
    throw new FrameError(
      `expected column ${name} inside the frame's ${buffer.byteLength} bytes, found offset ${offset}, length ${length}`,
    );
  }
  return reader.view(buffer, offset, length);
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
