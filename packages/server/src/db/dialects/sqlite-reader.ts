import { Worker } from "node:worker_threads";
import { type DatabaseConnection, type Driver, Kysely, type QueryResult, SqliteDialect } from "kysely";
import type { Tables } from "../tables.ts";
import { DatabaseBusy, mostSlowReads } from "./dialect.ts";
import type { ReaderAnswer, ReaderRequest } from "./sqlite-reader-thread.ts";

/** A connection on a thread of its own, so that a long read holds up nothing but other long reads. */
export function sqliteReaderThread(file: string): Kysely<Tables> {
  const thread = lazyThread(file);
  const connection: DatabaseConnection = {
    executeQuery: async <R>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) =>
      ({ rows: await thread.query(sql, parameters) }) as QueryResult<R>,
    streamQuery: () => {
      throw new Error("The reader thread answers whole results only");
    },
  };
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: readOnly,
    commitTransaction: readOnly,
    rollbackTransaction: readOnly,
    releaseConnection: async () => {},
    destroy: () => thread.close(),
  };
  const dialect = new SqliteDialect({ database: { close: () => {}, prepare: readOnly } });
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => dialect.createAdapter(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  });
}

function readOnly(): never {
  throw new Error("The reader thread only reads");
}

interface Waiting {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
}

/** Started by the first query: a short-lived server in a script never pays for it. */
function lazyThread(file: string) {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let sent = 0;

  function start(): Worker {
    const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
    const started = new Worker(new URL(`./sqlite-reader-thread${extension}`, import.meta.url), {
      workerData: { file },
    });
    started.unref();
    started.on("message", ({ id, rows, error }: ReaderAnswer) => {
      const query = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) started.unref();
      if (error === undefined) query?.resolve(rows ?? []);
      else query?.reject(Object.assign(new Error(error.message), { errcode: error.errcode }));
    });
    started.on("error", (error) => {
      worker = undefined;
      for (const query of waiting.values()) query.reject(error instanceof Error ? error : new Error(String(error)));
      waiting.clear();
    });
    return started;
  }

  return {
    async query(sql: string, parameters: readonly unknown[]): Promise<unknown[]> {
      if (waiting.size >= mostSlowReads) throw new DatabaseBusy();
      worker ??= start();
      worker.ref();
      sent += 1;
      const request: ReaderRequest = { id: sent, sql, parameters };
      return new Promise((resolve, reject) => {
        waiting.set(request.id, { resolve, reject });
        worker?.postMessage(request);
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
