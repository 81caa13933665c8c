import { resolve } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import type { Mutant } from "./mutants.ts";

const mutant = JSON.parse(process.env.OSTINATO_MUTANT ?? "null") as Mutant | null;

/** The project's configuration with one source changed. */
export default mergeConfig(
  base,
  defineConfig({
    root: resolve(import.meta.dirname, "../.."),
    test: {
      typecheck: { enabled: false },
      maxWorkers: 1,
      fileParallelism: false,
      // Vitest's cache of sources does not contain the change.
      fsModuleCache: false,
    },
    plugins: [
      {
        name: "mutant",
        enforce: "pre",
        transform(code, id) {
          if (mutant === null || id !== resolve(mutant.file)) return undefined;
          return code.slice(0, mutant.start) + mutant.replacement + code.slice(mutant.end) + opposite;
        },
      },
    ],
  }),
);

/** The negation that mutants call, which queries the same rows as the criterion. */
const opposite = `
import { sql as mutantSql } from "kysely";
function mutantOpposite(criterion) {
  return (value, dialect) => {
    const condition = criterion(value, dialect);
    return condition && mutantSql\`NOT (\${condition})\`;
  };
}
`;
