import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { assetNames, compressed, importedAtOnce, inlined, modulesInside } from "./vite.plugins.ts";

// The server decides at run time about the path of the pages, so every address in the build is relative.
export default defineConfig(({ command }) => {
  // Tests set NODE_ENV, but must build the same files as users get.
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
                // The code of every page is one file: as many small ones, which sharing with on-demand pages would produce, it took 23
                // requests and twice the time to the first content.
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

/** Frequent first pages, which need one request less in sequence than on-demand ones. */
const firstPages = ["src/dashboard/dashboard-page.tsx", "src/runs/runs-page.tsx", "src/flow-run/flow-run-page.tsx"];
const firstEntries = ["index.html", ...firstPages];
