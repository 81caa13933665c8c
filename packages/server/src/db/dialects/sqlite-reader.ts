import type { Worker } from "node:worker_threads";
import type { Kysely } from "kysely";
import type { Tables } from "../tables.ts";
import { startBackgroundThread } from "./background-thread.ts";
import { DatabaseBusy, mostSlowReads } from "./dialect.ts";
import { kyselyOnSqlite } from "./sqlite-kysely.ts";
import type { ReaderAnswer, ReaderRequest } from "./sqlite-reader-thread.ts";
import type { Outcome } from "./sqlite-statements.ts";

/** A connection on a thread of its own, so that a long read holds up nothing but other long reads. */
export function sqliteReaderThread(file: string): Kysely<Tables> {
  return kyselyOnSqlite(lazyThread(file));
}

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

/** Started by the first query: a short-lived server in a script never pays for it. */
function lazyThread(file: string) {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let sent = 0;

  function start(): Worker {
    const started = startBackgroundThread<ReaderAnswer>({
      module: "sqlite-reader-thread",
      file,
      onMessage({ id, outcome, error }) {
        const query = waiting.get(id);
        waiting.delete(id);
        if (waiting.size === 0) started.unref();
        if (outcome !== undefined) query?.resolve(outcome);
        else query?.reject(Object.assign(new Error(error?.message), { errcode: error?.errcode }));
      },
      onDeath(error) {
        worker = undefined;
        for (const query of waiting.values()) query.reject(error);
        waiting.clear();
      },
    });
    return started;
  }

  return {
    async run(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
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
