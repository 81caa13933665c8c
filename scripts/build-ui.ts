import { relative } from "node:path";
import { buildUi } from "@ostinato/testing/ui-build";

const started = performance.now();
try {
  const folder = await buildUi();
  console.log(`UI in ${relative(process.cwd(), folder)} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
