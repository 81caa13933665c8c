import { Worker } from "node:worker_threads";
import type { Clock } from "@ostinato/core";
import type { Kysely } from "kysely";
import {
  type Asker,
  DatabaseBusy,
  maxSlowReads,
  NoLongerWanted,
  type ReadingLane,
  ReadTookTooLong,
} from "../dialect.ts";
import type { Tables } from "../tables.ts";
import { type FileWatch, troubleWith } from "./file.ts";
import { kyselyOnSqlite } from "./kysely.ts";
import type { ReaderAnswer, ReaderRequest, ReaderStart } from "./reader-thread.ts";
import type { Outcome } from "./statements.ts";

export interface ReaderOptions {
  readonly file: string;
  readonly clock: Clock;
  /** The time limit of a read. */
  readonly readSeconds: number;
  readonly watch: FileWatch;
}

/**
 * Connections on threads of their own, one for each lane, so that a long read holds up nothing but other long reads of its lane.
 * A read that takes too long, or that nobody waits for any more, is ended.
 */
export function sqliteReaders(options: ReaderOptions) {
  const lanes: Readonly<Record<ReadingLane, Lane>> = { programs: createLane(options), pages: createLane(options) };
  return {
    readerFor: ({ lane, signal }: Asker): Kysely<Tables> =>
      kyselyOnSqlite({ run: (text, parameters) => lanes[lane].run(text, parameters, signal) }),
    async close() {
      await Promise.all(Object.values(lanes).map((lane) => lane.close()));
    },
  };
}

interface Lane {
  run(sql: string, parameters: readonly unknown[], signal: AbortSignal | undefined): Promise<Outcome>;
  close(): Promise<void>;
}

interface Read extends Pick<ReaderRequest, "sql" | "parameters"> {
  readonly signal: AbortSignal | undefined;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that does not stop within this time is abandoned. */
const patienceSeconds = 5;
/** Each abandoned thread uses a processor: with this many no other is started. */
const maxAbandoned = 2;

/** The reads wait here and not at the thread, so that those that nobody wants any more are never begun. */
function createLane(options: ReaderOptions): Lane {
  const queue = new Set<Read>();
  let thread: ReaderThread | undefined;
  let busy = false;
  let abandoned = 0;

  function next(): void {
    const [read] = queue;
    if (busy || read === undefined) return;
    queue.delete(read);
    read.signal?.removeEventListener("abort", dropUnwanted);
    busy = true;
    // Started by the first read: a short-lived server in a script never pays for it.
    thread ??= startThread(options, { onEnd: forget });
    thread.ask(read, leave);
  }

  /** The thread has answered, or has been given up. */
  function leave(outcome: "answered" | "given up"): void {
    busy = false;
    if (outcome === "given up") {
      abandoned += 1;
      thread = undefined;
    }
    next();
  }

  function forget(ended: ReaderThread): void {
    if (ended === thread) {
      thread = undefined;
      busy = false;
      next();
    } else abandoned -= 1;
  }

  function dropUnwanted(): void {
    for (const read of queue) {
      if (read.signal?.aborted !== true) continue;
      queue.delete(read);
      read.reject(new NoLongerWanted());
    }
  }

  return {
    run(sql, parameters, signal) {
      if (signal?.aborted === true) return Promise.reject(new NoLongerWanted());
      // A thread that is started now would open whatever is in the place of the file.
      const trouble = troubleWith(options.watch);
      if (trouble !== undefined) return Promise.reject(trouble);
      if (queue.size >= maxSlowReads || abandoned >= maxAbandoned) return Promise.reject(new DatabaseBusy());
      return new Promise((resolve, reject) => {
        queue.add({ sql, parameters, signal, resolve, reject });
        signal?.addEventListener("abort", dropUnwanted, { once: true });
        next();
      });
    },
    async close() {
      for (const read of queue) read.reject(new NoLongerWanted());
      queue.clear();
      await thread?.close();
    },
  };
}

interface ReaderThread {
  ask(read: Read, done: (outcome: "answered" | "given up") => void): void;
  close(): Promise<void>;
}

function startThread(
  { file, clock, readSeconds, watch }: ReaderOptions,
  { onEnd }: { readonly onEnd: (thread: ReaderThread) => void },
): ReaderThread {
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const unwanted = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(`./reader-thread${extension}`, import.meta.url), {
    workerData: { file, unwanted } satisfies ReaderStart,
  });
  let sent = 0;
  let receive: (answer: ReaderAnswer) => void = () => {};
  let fail: (error: Error) => void = () => {};
  worker.on("message", (answer: ReaderAnswer) => receive(answer));
  worker.on("error", (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", () => {
    fail(new NoLongerWanted());
    onEnd(thread);
  });
  worker.unref();

  const thread: ReaderThread = {
    ask({ sql, parameters, signal, resolve, reject }, done) {
      sent += 1;
      const id = sent;
      let reason: Error | undefined;
      let cancelTimer = clock.after(readSeconds, () => stop(new ReadTookTooLong(readSeconds)));
      const abort = () => stop(new NoLongerWanted());
      signal?.addEventListener("abort", abort, { once: true });

      /** The statement looks at this number now and then. */
      function stop(why: Error): void {
        if (reason !== undefined) return;
        reason = why;
        Atomics.store(unwanted, 0, id);
        cancelTimer();
        cancelTimer = clock.after(patienceSeconds, () => {
          settle(() => reject(why), "given up");
          void worker.terminate();
        });
      }

      function settle(tell: () => void, outcome: "answered" | "given up"): void {
        cancelTimer();
        signal?.removeEventListener("abort", abort);
        receive = fail = () => {};
        worker.unref();
        tell();
        done(outcome);
      }

      receive = ({ outcome, error }) => {
        if (outcome !== undefined) settle(() => resolve(outcome), "answered");
        else {
          const failure = Object.assign(new Error(error?.message), error);
          watch.met(failure);
          settle(() => reject(reason ?? failure), "answered");
        }
      };
      fail = (error) => settle(() => reject(error), "answered");
      worker.ref();
      worker.postMessage({ id, sql, parameters } satisfies ReaderRequest);
    },
    async close() {
      Atomics.store(unwanted, 0, sent);
      await worker.terminate();
    },
  };
  return thread;
}
