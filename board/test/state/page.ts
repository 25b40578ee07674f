/** What stores need of a page, where there is none: an address, storage, and nobody at it. Charts are not drawn. */

import { vi } from "vitest";

/** What is told to all that listen on the window. */
export function happens(event: string): void {
  for (const listener of listeners.get(event) ?? []) listener();
}

const storage = new Map<string, string>();
const listeners = new Map<string, (() => void)[]>();

function setAddress(_state: unknown, _title: string, address: string): void {
  location.hash = new URL(address, "http://board").hash;
}

vi.stubGlobal("location", { origin: "http://board", pathname: "/", search: "", hash: "" });
vi.stubGlobal("history", { replaceState: setAddress, pushState: setAddress });
vi.stubGlobal("localStorage", {
  getItem: (key: string) => storage.get(key) ?? null,
  setItem: (key: string, value: string) => storage.set(key, value),
  removeItem: (key: string) => storage.delete(key),
  clear: () => storage.clear(),
});
vi.stubGlobal("navigator", { hardwareConcurrency: 2 });
vi.stubGlobal("addEventListener", (event: string, listener: () => void) =>
  listeners.set(event, [...(listeners.get(event) ?? []), listener]),
);
vi.stubGlobal("requestAnimationFrame", (paint: () => void) => setTimeout(paint));
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal(
  "Worker",
  class {
    addEventListener(): void {}
    postMessage(): void {}
    terminate(): void {}
  },
);
