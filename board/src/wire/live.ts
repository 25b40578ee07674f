/** The stream of changes (GET /api/live). */

import type { Change } from "./types";

export interface LiveListener {
  /** The stream is open, for the first time or again. */
  open(): void;
  /** @param id where a later stream can go on */
  change(change: Change, id: string): void;
  /** The stream broke; a new attempt follows by itself. */
  lost(): void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

/**
 * Follow the changes until the returned function is called; a broken stream is opened again, ever less often, and goes
 * on where it broke.
 *
 * @param since id of the last event of an earlier stream, or the version of an answer; null: everything counts as a change
 */
export function followChanges(listener: LiveListener, since: string | null): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delay = FIRST_RETRY_MS;

  const connect = (): void => {
    source = new EventSource(since === null ? "api/live" : `api/live?since=${encodeURIComponent(since)}`);
    source.addEventListener("open", () => {
      delay = FIRST_RETRY_MS;
      listener.open();
    });
    source.addEventListener("change", (event: MessageEvent<string>) => {
      since = event.lastEventId;
      listener.change(JSON.parse(event.data) as Change, since);
    });
    // EventSource retries some failures by itself and gives up on others (a proxy's 502): always open a new one.
    source.addEventListener("error", () => {
      source.close();
      // A version does not tell of which start of the server it is: behind a broken stream there may be another one.
      if (since !== null && isVersion(since)) since = null;
      listener.lost();
      timer = setTimeout(connect, delay);
      delay = Math.min(delay * 2, LONGEST_RETRY_MS);
    });
  };

  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** Ids of events have the start of the server before their version. */
function isVersion(since: string): boolean {
  return !since.includes(".");
}
