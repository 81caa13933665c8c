import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorCodes } from "@ostinato/protocol";
import { createServer, readConfig, settings } from "@ostinato/server";
import { packagesOfBuckets, packagesOfDrivers, packagesOfResultStores } from "./integrations.ts";

/** A committed file that is generated from sources, so that reviewers see the effect of a change. */
interface GeneratedFile {
  /** From the repository's root. */
  readonly file: string;
  readonly make: () => string | Promise<string>;
}

const generatedFiles: readonly GeneratedFile[] = [
  { file: "docs/openapi.json", make: openApiDocument },
  { file: "docs/errors.md", make: withErrorCodes },
  { file: "docs/prefect.md", make: withKnownDifferences },
  { file: "docs/server.md", make: withSettings },
  { file: "packages/sdk/src/results/integrations.generated.ts", make: packagesOfResultStores },
  { file: "packages/buckets/src/integrations.generated.ts", make: packagesOfBuckets },
  { file: "packages/worker/src/drivers/integrations.generated.ts", make: packagesOfDrivers },
];

// `npm run generate` writes them; `--check` writes nothing and fails when a file is out of date.
const check = process.argv.includes("--check");
const stale: string[] = [];
for (const { file, make } of generatedFiles) {
  const content = await make();
  if (content === read(file)) continue;
  stale.push(file);
  if (!check) writeFileSync(file, content);
}
// The schemas come from the databases themselves, which only the tests have; the tests also compare them.
if (!check) {
  const { status } = spawnSync("vitest", ["run", "packages/server/src/db/schema.test.ts", "--update"], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("The schemas could not be written: see above");
}
for (const file of stale) console.log(check ? `${file} is out of date: run "npm run generate"` : `wrote ${file}`);
process.exitCode = check && stale.length > 0 ? 1 : 0;

/** As a server with all of its operations registered answers it. */
async function openApiDocument(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-generate-"));
  const config = readConfig({ OSTINATO_HOME: folder, OSTINATO_LOG_LEVEL: "silent" });
  const server = await createServer({ config });
  try {
    const { payload } = await server.app.inject("/api/openapi.json");
    return `${JSON.stringify(JSON.parse(payload), undefined, 2)}\n`;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The page with the table of known differences to Prefect. */
function withKnownDifferences(): string {
  const known: readonly Readonly<Record<"asked" | "prefect" | "ostinato" | "reason", string>>[] = JSON.parse(
    read("e2e/differential/known-differences.json") ?? "[]",
  );
  const rows = known.map(({ asked, prefect, ostinato, reason }) => [asked, prefect, ostinato, reason]);
  return withTable("docs/prefect.md", "e2e/differential/known-differences.json", [
    ["Asked", "Prefect", "Ostinato", "Why"],
    ...rows,
  ]);
}

/** The page with the table of the server's settings. */
function withSettings(): string {
  const rows = Object.values(settings).map(({ variable, alias, about }: Setting) => {
    const names = [variable, ...(alias === undefined ? [] : [alias])].map((name) => `\`${name}\``);
    return [names.join(" or "), about];
  });
  return withTable("docs/server.md", "packages/server/src/kernel/config.ts", [["Variable", "What it is"], ...rows]);
}

/** The page with the table of the API's error codes. */
function withErrorCodes(): string {
  const rows = Object.entries(errorCodes).map(([code, { status, meaning, remedy }]) => [
    `\`${code}\``,
    String(status),
    meaning,
    remedy,
  ]);
  return withTable("docs/errors.md", "packages/protocol/src/error-codes.ts", [
    ["Code", "Status", "What happened", "What to do"],
    ...rows,
  ]);
}

type Setting = (typeof settings)[keyof typeof settings];

/** The page with a table between two comments, which name its source and its end. */
function withTable(file: string, source: string, rows: readonly (readonly string[])[]): string {
  const [begin, end] = [`<!-- Made from ${source} by \`npm run generate\`. -->\n`, "<!-- Until here. -->"];
  const [head, rest] = (read(file) ?? "").split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined)
    throw new Error(`${file} has no place for the table made from ${source}`);
  return `${head}${begin}\n${markdownTable(rows)}\n\n${end}${tail}`;
}

/** A table in the formatter's style: the first row is the head, and columns are as wide as their widest cell. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (escaped[0] ?? []).map((_, column) => Math.max(...escaped.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...others] = escaped;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...others.map(line)].join("\n");
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
