import { defineConfig } from "vite";

// The gallery: named charts as a page to look at and as the subject of the picture tests.
export default defineConfig({
  root: "gallery",
  base: "./",
  build: {
    outDir: "../gallery-dist",
    emptyOutDir: true,
    target: "es2022",
    rolldownOptions: { input: ["gallery/index.html", "gallery/bench.html"] },
  },
  worker: { format: "es" },
});
