import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { assetNames, compressed, importedAtOnce, inlined, modulesInside } from "./vite.plugins.ts";

// The server decides at run time under which path the pages stand, so every address in the build is relative.
export default defineConfig(({ command }) => {
  // A test run has its own NODE_ENV, but what it builds must be what people get.
  if (command === "build") process.env.NODE_ENV = "production";
  const first = importedAtOnce(firstEntries);
  return {
    root: import.meta.dirname,
    base: "./",
    plugins: [
      react(),
      tailwindcss(),
      first.plugin,
      inlined("src/ask-early.ts"),
      assetNames({ graphWorkerFile: /elk-worker/ }),
      modulesInside(),
      compressed(),
    ],
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
              {
                // What every page needs is one file: as many small ones, which is what sharing with the pages on demand
                // makes of it, it took 23 requests and twice the time to the first content.
                name: "app",
                test: first.includes,
              },
            ],
          },
        },
      },
    },
  };
});

/** The pages that people open: they take one request less in a row than the others, which come on demand. */
const firstPages = ["src/dashboard/dashboard-page.tsx", "src/runs/runs-page.tsx", "src/flow-run/flow-run-page.tsx"];
const firstEntries = ["index.html", ...firstPages];
