import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BigQuery, type BigQueryOptions, type JobMetadata, type Query, type Table } from "@google-cloud/bigquery";
import { PassThroughClient } from "google-auth-library";
import type { BigQueryClient, LoadedFiles, LoadOptions, QueryOptions, Row } from "./big-query-calls.ts";
import { BigQueryError } from "./big-query-error.ts";
import { jsonLine, plainValue, wholeNumber } from "./big-query-values.ts";
import { withEmulator } from "./emulator.ts";
import { withKey } from "./google-auth.ts";

const dispositions = { append: "WRITE_APPEND", replace: "WRITE_TRUNCATE", fail: "WRITE_EMPTY" } as const;

/** BigQuery by Google's own client. */
export function openBigQuery(options: BigQueryOptions): BigQueryClient {
  const client = withEmulator(
    "BIGQUERY_EMULATOR_HOST",
    (apiEndpoint) =>
      new BigQuery({ ...(apiEndpoint === undefined ? {} : forEmulator(apiEndpoint)), ...withKey(options) }),
  );
  return {
    async query<R>(sql: string, options: QueryOptions = {}) {
      try {
        const [rows] = await client.query(queryOf(sql, options));
        return rows.map((row) => plainValue(row) as R);
      } catch (error) {
        throw new BigQueryError(`run ${shortened(sql)}`, error);
      }
    },
    async *stream<R>(sql: string, options: QueryOptions = {}): AsyncGenerator<R> {
      try {
        for await (const row of client.createQueryStream(queryOf(sql, options))) yield plainValue(row) as R;
      } catch (error) {
        throw new BigQueryError(`run ${shortened(sql)}`, error);
      }
    },
    async load(name, rows, options = {}) {
      try {
        const table = tableOf(client, name, options);
        const { statistics } = await (isFiles(rows)
          ? loadFiles(client, table, rows, options)
          : loadRows(table, rows, options));
        return { rows: Number(statistics?.load?.outputRows ?? 0) };
      } catch (error) {
        throw new BigQueryError(`load into ${name}`, error);
      }
    },
  };
}

/** Without a client that adds nothing, Google's looks for credentials, and fails where it sends data without them. */
function forEmulator(apiEndpoint: string): BigQueryOptions {
  return { apiEndpoint, projectId: "emulator", authClient: new PassThroughClient() };
}

function queryOf(sql: string, { params, types, location, maxBytesBilled }: QueryOptions): Query {
  return {
    query: sql,
    wrapIntegers: { integerTypeCastFunction: wholeNumber },
    ...(params === undefined ? {} : { params: Array.isArray(params) ? [...params] : { ...params } }),
    ...(types === undefined ? {} : { types: Array.isArray(types) ? [...types] : { ...types } }),
    ...(location === undefined ? {} : { location }),
    ...(maxBytesBilled === undefined ? {} : { maximumBytesBilled: String(maxBytesBilled) }),
  } as Query;
}

function tableOf(client: BigQuery, name: string, { location }: LoadOptions): Table {
  const [table = "", dataset = "", project, ...more] = name.split(".").toReversed();
  if (table === "" || dataset === "" || more.length > 0) {
    throw new Error(`the table is ${JSON.stringify(name)}; give "dataset.table", or "project.dataset.table"`);
  }
  const place = {
    ...(project === undefined ? {} : { projectId: project }),
    ...(location === undefined ? {} : { location }),
  };
  return client.dataset(dataset, place).table(table);
}

function isFiles(rows: Iterable<Row> | AsyncIterable<Row> | LoadedFiles): rows is LoadedFiles {
  return "files" in rows;
}

function loadSettings({ schema, mode = "append" }: LoadOptions) {
  const fields = schema?.split(",").map((column) => {
    const [name = "", type = "STRING"] = column.split(":").map((part) => part.trim());
    return { name, type };
  });
  return {
    writeDisposition: dispositions[mode],
    ...(fields === undefined ? { autodetect: true } : { schema: { fields } }),
  };
}

async function loadRows(
  table: Table,
  rows: Iterable<Row> | AsyncIterable<Row>,
  options: LoadOptions,
): Promise<JobMetadata> {
  const target = table.createWriteStream({ sourceFormat: "NEWLINE_DELIMITED_JSON", ...loadSettings(options) });
  const completed = once(target, "complete") as Promise<[{ readonly metadata: JobMetadata }]>;
  const [[job]] = await Promise.all([completed, pipeline(Readable.from(lines(rows)), target)]);
  return job.metadata;
}

async function* lines(rows: Iterable<Row> | AsyncIterable<Row>): AsyncGenerator<string> {
  for await (const row of rows) yield jsonLine(row);
}

async function loadFiles(
  client: BigQuery,
  table: Table,
  { files, format }: LoadedFiles,
  options: LoadOptions,
): Promise<JobMetadata> {
  const { projectId, id: datasetId } = table.dataset;
  const [job] = await client.createJob({
    configuration: {
      load: {
        sourceUris: [files].flat(),
        sourceFormat: format,
        destinationTable: { projectId, datasetId: String(datasetId), tableId: String(table.id) },
        ...loadSettings(options),
      },
    },
    ...(options.location === undefined ? {} : { location: options.location }),
  });
  // Rejects where the job fails.
  const [metadata] = (await job.promise()) as [JobMetadata];
  return metadata;
}

const maxShownCharacters = 80;

function shortened(sql: string): string {
  const line = sql.trim().replace(/\s+/g, " ");
  return line.length <= maxShownCharacters ? line : `${line.slice(0, maxShownCharacters)}…`;
}
