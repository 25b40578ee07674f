/** What stores need of a page, where there is none: an address, storage, and nobody at it. Charts are not drawn. */

import { vi } from "vitest";

const storage = new Map<string, string>();

vi.stubGlobal("location", { origin: "http://board", pathname: "/", search: "", hash: "" });
vi.stubGlobal("history", { replaceState: () => undefined, pushState: () => undefined });
vi.stubGlobal("localStorage", {
  getItem: (key: string) => storage.get(key) ?? null,
  setItem: (key: string, value: string) => storage.set(key, value),
  removeItem: (key: string) => storage.delete(key),
});
vi.stubGlobal("navigator", { hardwareConcurrency: 2 });
vi.stubGlobal("addEventListener", () => undefined);
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal(
  "Worker",
  class {
    addEventListener(): void {}
    postMessage(): void {}
    terminate(): void {}
  },
);
