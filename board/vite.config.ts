import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// The built board is served by the Python package from below any path, hence the relative base.
export default defineConfig({
  plugins: [svelte()],
  base: "./",
  build: {
    outDir: "../python/lightboard/board_static",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": "http://127.0.0.1:6006" } },
});
