import { parseArgs } from "node:util";
import type { Group } from "./group.ts";

export function options() {
  const { values } = parseArgs({
    options: {
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      on: { type: "string" },
      peers: { type: "boolean", default: true },
      how: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowNegative: true,
  });
  if (values.on !== undefined && values.on !== "sqlite" && values.on !== "postgresql") {
    console.error(`--on takes sqlite or postgresql, not "${values.on}".`);
    process.exit(2);
  }
  return values;
}

export function printHelp(groups: readonly Group[]): void {
  console.log(`npm run bench -- [options]
  --quick          less of everything, once; no peers, no packing, no flows of 10,000, pages on SQLite only: about a minute
  --only <words>   rows, or a group of them, whose name holds the words: ${groups.map(({ name }) => name).join(", ")}
  --on <database>  sqlite or postgresql; both unless told
  --no-peers       without Prefect, on the same databases, and DBOS and graphile-worker, on PostgreSQL, which are measured where they can be
                   installed (PREFECT_PYTHON names a Python that has Prefect)
  --how            says under each row what was done
  --json <file>    writes all samples, what was done, and the ratios

Rows of rates and of whole runs show the best, median and worst of five runs; rows of single calls show the quickest, the
median, the 99th percentile and the slowest of all calls. Ends with 1 when a row could not be measured.`);
}
