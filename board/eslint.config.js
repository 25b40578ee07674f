import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** Folders of src/ from the bottom up: each may import only those before it (ARCHITECTURE.md, board). */
const layers = ["wire", "model", "charts", "workers", "state", "widgets", "views", "app"];
const above = (layer) => layers.slice(layers.indexOf(layer) + 1);

export default ts.config(
  { ignores: ["gallery-dist/", "node_modules/", "src/wire/types.ts"] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.worker } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  { rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
  // Collections are replaced, not changed: what a view reads is $state.raw, so the built-in ones are right.
  { rules: { "svelte/prefer-svelte-reactivity": "off" } },
  ...["model", "wire", "charts"].map((layer) => ({
    files: [`src/${layer}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["svelte", "svelte/*"], message: `${layer}/ imports no framework` },
            { group: above(layer).map((name) => `**/${name}/*`), message: "arrows point downwards only" },
          ],
        },
      ],
    },
  })),
);
