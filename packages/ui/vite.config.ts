import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { assetNames, compressed, fontsOnce, importedAtOnce, inlined, modulesInside } from "./vite.plugins.ts";

// The server decides at run time about the path of the pages, so every address in the build is relative.
export default defineConfig(({ command }) => {
  // Tests set NODE_ENV, but must build the same files as users get.
  if (command === "build") process.env.NODE_ENV = "production";
  const first = importedAtOnce(firstEntries);
  const run = importedAtOnce([flowRunPage]);
  const modules = modulesInside();
  return {
    root: import.meta.dirname,
    base: "./",
    plugins: [
      react(),
      tailwindcss(),
      first.plugin,
      run.plugin,
      inlined("src/ask-early.ts"),
      assetNames({ graphWorkerFile: /elk-worker/, flowRunFile: /assets\/flow-run-[\w-]{8}\.js$/ }),
      fontsOnce(),
      modules.plugin,
      compressed(),
    ],
    worker: {
      format: "es",
      plugins: () => [modules.ofWorkers],
      // Apart from what is compressed with much effort: few people load it, and it is as large as all the rest.
      rolldownOptions: { output: { entryFileNames: diagramFiles, chunkFileNames: diagramFiles } },
    },
    build: {
      outDir: "dist",
      emptyOutDir: true,
      target: "es2023",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [
              // The code of every page is one file, and what the page of a run adds is another: as many small ones, which sharing with
              // on-demand pages would produce, they took 23 requests and twice the time to the first content.
              { name: "app", test: first.includes, priority: 2 },
              { name: "flow-run", test: run.includes, priority: 1 },
            ],
          },
        },
      },
    },
  };
});

const diagramFiles = "assets/diagrams/[name]-[hash].js";

/** Frequent first pages, which need one request less in sequence than on-demand ones. */
const firstEntries = ["index.html", "src/dashboard/dashboard-page.tsx", "src/runs/runs-page.tsx"];
/** The most frequent of the others; the document asks for it before the program does (`ask-early.ts`). */
const flowRunPage = "src/flow-run/flow-run-page.tsx";
