import { defineConfig } from "vitest/config";

export default defineConfig({
  // Properties are tried thousands of times: on a busy machine that may take a while, and no test is about time.
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
