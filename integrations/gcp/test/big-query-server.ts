import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
}

export interface KnownTable {
  readonly columns: readonly Column[];
  /** Cells as the API writes them. */
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * A server that answers as the description of BigQuery's API says (jobs.query, jobs.getQueryResults, jobs.insert with and without an upload, jobs.get), two
 * rows a page. It does not know SQL: a query is the name of a table.
 */
export interface BigQueryServer {
  readonly url: string;
  readonly tables: Map<string, KnownTable>;
  /** The configurations of load jobs, with the lines that were sent. */
  readonly loads: { readonly configuration: Record<string, unknown>; readonly lines: readonly unknown[] }[];
  /** The bodies of the queries. */
  readonly queries: Record<string, unknown>[];
  stop(): Promise<void>;
}

const pageRows = 2;

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

export async function startBigQueryServer(): Promise<BigQueryServer> {
  const tables: BigQueryServer["tables"] = new Map();
  const loads: BigQueryServer["loads"] = [];
  const queries: BigQueryServer["queries"] = [];
  const server = createServer(async (request, response) => {
    const { status = 200, body } = await answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "", "http://server");
    const body = await text(request);
    if (url.pathname.startsWith("/upload/")) return load(...partsOf(request, body));
    const [, noun, id = ""] = /\/projects\/[^/]+\/(queries|jobs)\/?([^/]*)$/.exec(url.pathname) ?? [];
    if (noun === "queries" && id === "") return query(JSON.parse(body));
    if (noun === "queries") return page(id, Number(url.searchParams.get("pageToken") ?? 0));
    if (noun === "jobs" && id !== "") return { body: jobOf(Number(id)) };
    return load(JSON.parse(body), []);
  }

  function query(body: Record<string, unknown>): Answer {
    queries.push(body);
    return page(String(body.query), 0);
  }

  function page(name: string, from: number): Answer {
    const table = tables.get(name);
    if (name === "forbidden") return refused(403, "Access Denied: Table lab:trips.green");
    if (table === undefined) return refused(404, `Not found: Table ${name}`);
    const rows = table.rows.slice(from, from + pageRows).map((cells) => ({ f: cells.map((v) => ({ v })) }));
    const next = from + pageRows;
    return {
      body: {
        jobComplete: true,
        jobReference: { projectId: "lab", jobId: name, location: "EU" },
        schema: { fields: table.columns },
        rows,
        totalRows: String(table.rows.length),
        ...(next < table.rows.length ? { pageToken: String(next) } : {}),
      },
    };
  }

  function load(
    job: { readonly configuration?: { readonly load?: Record<string, unknown> } },
    lines: readonly unknown[],
  ): Answer {
    loads.push({ configuration: job.configuration?.load ?? {}, lines });
    return { body: jobOf(loads.length - 1) };
  }

  function jobOf(index: number) {
    const { configuration, lines } = loads[index] ?? { configuration: {}, lines: [] };
    const { tableId } = (configuration.destinationTable ?? {}) as { readonly tableId?: string };
    const errorResult = { reason: "invalid", message: "Error while reading data: No such field: fare" };
    return {
      jobReference: { projectId: "lab", jobId: String(index), location: "EU" },
      configuration: { load: configuration },
      status: { state: "DONE", ...(tableId === "other" ? { errorResult, errors: [errorResult] } : {}) },
      statistics: { load: { outputRows: String(lines.length) } },
    };
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tables,
    loads,
    queries,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function refused(status: number, message: string): Answer {
  return { status, body: { error: { code: status, message, errors: [{ message, reason: "refused" }] } } };
}

/** The description of a job and the lines of its data, from the two parts of an upload. */
function partsOf({ headers }: IncomingMessage, body: string): [object, readonly unknown[]] {
  const [, boundary = ""] = /boundary=(?:"([^"]+)"|([^;]+))/.exec(headers["content-type"] ?? "")?.filter(Boolean) ?? [];
  const parts = body
    .split(`--${boundary}`)
    .map((part) => part.slice(part.indexOf("\r\n\r\n") + 4).replace(/\r\n$/, ""));
  const lines = (parts[2] ?? "").split("\n").filter((line) => line !== "");
  return [JSON.parse(parts[1] ?? "{}"), lines.map((line) => JSON.parse(line))];
}
