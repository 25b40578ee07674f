import { defineConfig } from "vite";

// The gallery: named charts as a page to look at and as the subject of the picture tests.
export default defineConfig({
  root: "gallery",
  base: "./",
  build: { outDir: "../gallery-dist", emptyOutDir: true, target: "es2022" },
  worker: { format: "es" },
});
