import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { assetNames, compressed, inlined, modulesInside } from "./vite.plugins.ts";

// The server decides at run time under which path the pages stand, so every address in the build is relative.
export default defineConfig(({ command }) => {
  // A test run has its own NODE_ENV, but what it builds must be what people get.
  if (command === "build") process.env.NODE_ENV = "production";
  return {
    root: import.meta.dirname,
    base: "./",
    plugins: [
      react(),
      tailwindcss(),
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
                test: (id) => isInFirst(id),
              },
            ],
          },
        },
      },
    },
  };
});

const onDemand = [
  "/charts/chart-tip",
  "/components/dialog",
  "/components/menu-panel",
  "/charts/duration-scale",
  "/charts/run-bar-chart",
  "/charts/span-brush",
  "/dashboard/history-chart",
  "/runs/bulk-bar",
  "/runs/csv-export",
  "/runs/csv.ts",
  "/runs/run-charts",
  "/runs/run-scatter",
  "/runs/saved-search-dialogs",
  "/flows/flow-page",
  "/flows/flows-page",
  "/flows/duration-chart",
  "/flows/parameter-schema",
  "/task-run/task-run-page",
  "/task-runs/task-runs-page",
  "/task-runs/task-run-list",
  "/artifacts/artifact-page",
  "/artifacts/artifact-key-page",
  "/artifacts/artifacts-page",
  "/artifacts/comparison",
  "/artifacts/line-diff",
  "/artifacts/full-view",
  "/settings/settings-page",
  "/flow-run/graph/graph-",
  "/flow-run/retry-dialog",
  "/flow-run/resume-dialog",
  "/forms/",
  "/frame/search-palette",
  "/frame/shortcut-help",
  "/components/markdown-rendered",
];
const firstPackages = /\/node_modules\/(?:react|react-dom|scheduler|@tanstack|use-sync-external-store)\//;

function isInFirst(id: string): boolean {
  if (id.includes("/node_modules/")) return firstPackages.test(id);
  return !onDemand.some((part) => id.includes(part));
}
