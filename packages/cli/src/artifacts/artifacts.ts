import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean, ExactNumber, isNumber, isUuid, parseJson } from "@ostinato/core";
import {
  type Artifact,
  type ArtifactCollection,
  filterArtifacts,
  filterLatestArtifacts,
  readArtifact,
  readLatestArtifact,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { findFlowRun } from "../flow-runs/find.ts";
import { ago, localTime } from "../output/moments.ts";
import { say, sayFields, sayJson, sayTable } from "../output/output.ts";
import { type Column, tableLines } from "../output/table.ts";
import { harmless, oneLine, paint } from "../output/text.ts";
import { pageRows, readPages } from "../pages.ts";

export interface ArtifactListOptions {
  /** Lists every version, not only the newest of each key. */
  readonly all?: boolean;
  readonly key?: string;
  readonly flowRun?: string;
  readonly limit: number;
  readonly json?: boolean;
}

type Row = Artifact | ArtifactCollection;

export function list({ all, key, flowRun, limit, json }: ArtifactListOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const run = flowRun === undefined ? undefined : await findFlowRun(client, flowRun);
    const criteria = {
      key: key === undefined ? null : { any_: [key] },
      flow_run_id: run === undefined ? null : { any_: [run.id] },
      // Results are stored as artifacts too; they are shown with their run.
      type: { not_any_: ["result"] },
    };
    const sort = "CREATED_DESC" as const;
    const everything = all || key !== undefined || run !== undefined;
    const rows: readonly Row[] = await readPages<Row>(limit, (page) =>
      everything
        ? client.call(filterArtifacts, { body: { artifacts: criteria, sort, ...page } })
        : client.call(filterLatestArtifacts, { body: { artifacts: criteria, sort, ...page } }),
    );
    if (json) return sayJson(rows);
    sayTable(rows, columns, everything ? "No artifact matches." : "No flow has made an artifact yet.");
  });
}

const columns: readonly Column<Row>[] = [
  { title: "ID", value: (row) => idOf(row) },
  { title: "KEY", value: ({ key }) => key, flexible: true },
  { title: "TYPE", value: ({ type }) => type },
  { title: "CREATED", value: (row) => ago("latest_id" in row ? row.updated : row.created) },
  { title: "DESCRIPTION", value: ({ description }) => description, flexible: true },
];

/** A collection has its own id; users want to see its newest artifact. */
function idOf(row: Row): string {
  return "latest_id" in row ? row.latest_id : row.id;
}

export function inspect(wanted: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const artifact = await find(client, wanted);
    if (json) return sayJson(artifact);
    sayFields([
      ["Artifact", `${paint("bold", artifact.key ?? artifact.type ?? "")}  ${artifact.id}`],
      ["Type", artifact.type],
      ["Created", localTime(artifact.created)],
      ["Flow run", artifact.flow_run_id],
      ["Task run", artifact.task_run_id],
      ["Description", artifact.description === null ? null : harmless(artifact.description)],
    ]);
    say();
    say(harmless(dataText(artifact)));
  });
}

async function find(client: Client, wanted: string): Promise<Artifact> {
  try {
    return isUuid(wanted)
      ? await client.call(readArtifact, { params: { id: wanted } })
      : await client.call(readLatestArtifact, { params: { key: wanted } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const newest = await client.call(filterLatestArtifacts, { body: { sort: "CREATED_DESC", limit: pageRows } });
    const hint =
      didYouMean(
        wanted,
        newest.map(({ key }) => key),
      ) || ' "ostinato artifact ls" lists them.';
    throw new CliError(
      `There is no artifact with the ${isUuid(wanted) ? "id" : "key"} ${JSON.stringify(wanted)}.${hint}`,
    );
  }
}

function dataText({ type, data }: Artifact): string {
  if (type === "table") return tableText(data) ?? JSON.stringify(data, null, 2);
  if (type === "progress" && isNumber(data)) return `${data} %`;
  return typeof data === "string" ? data : JSON.stringify(data, null, 2);
}

/** Tables are a list of rows, a list of lists, or columns by name, as JSON or as JSON text. */
function tableText(data: unknown): string | undefined {
  const value = typeof data === "string" ? parse(data) : data;
  const rows = rowsOf(value);
  if (rows === undefined || rows.length === 0) return undefined;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => ({
    title: name,
    value: (row: Readonly<Record<string, unknown>>) => cellText(row[name]),
  }));
  return tableLines(rows, columns).join("\n");
}

function rowsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (Array.isArray(value))
    return value.map((row) => (isRecord(row) ? row : { ...(Array.isArray(row) ? row : [row]) }));
  if (!isRecord(value)) return undefined;
  const columns = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const length = Math.max(0, ...columns.map(([, cells]) => cells.length));
  return Array.from({ length }, (_, index) => Object.fromEntries(columns.map(([name, cells]) => [name, cells[index]])));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return oneLine(typeof value === "object" && !isNumber(value) ? JSON.stringify(value) : String(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
