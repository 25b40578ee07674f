import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Of Svelte's two halves the one for pages, in what is compiled and in what it imports: on a server no effect ever runs.
  plugins: [svelte({ dynamicCompileOptions: () => ({ generate: "client" }) })],
  ssr: { resolve: { conditions: ["browser"], externalConditions: ["browser"] } },
  // Properties are tried thousands of times: on a busy machine that may take a while, and no test is about time.
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
