/** The stream of changes (GET /api/live). */

import type { Change } from "./types";

export interface LiveListener {
  /** The stream is open, for the first time or again. */
  open(): void;
  change(change: Change): void;
  /** The stream broke; a new attempt follows by itself. */
  lost(): void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

/** Follow the changes until the returned function is called; a broken stream is opened again, ever less often. */
export function followChanges(listener: LiveListener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delay = FIRST_RETRY_MS;

  const connect = (): void => {
    source = new EventSource("api/live");
    source.addEventListener("open", () => {
      delay = FIRST_RETRY_MS;
      listener.open();
    });
    source.addEventListener("change", (event: MessageEvent<string>) => {
      listener.change(JSON.parse(event.data) as Change);
    });
    // EventSource retries some failures by itself and gives up on others (a proxy's 502): always open a new one.
    source.addEventListener("error", () => {
      source.close();
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
