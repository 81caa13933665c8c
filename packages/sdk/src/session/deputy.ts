import { Worker } from "node:worker_threads";
import type { Connection } from "./connection.ts";
import type { DeputyConnection, FinalReport, Sign, ToDeputy } from "./deputy-messages.ts";

/**
 * A thread of ours that speaks to the server while the main thread can't: it is started for the first sign of life that the
 * server would not see by itself, or for the final report of a process that ends in the middle of a run.
 */
export interface Deputy {
  /** Gives the sign again and again until the returned function is called. */
  give(sign: Sign): () => void;
  /** Says it and waits for it on this thread, at most so long: nothing else is left to do. */
  reportEnd(report: FinalReport, patienceMillis: number): void;
  stop(): Promise<void>;
}

/** Tells the SDK where the thread's module is. */
export function registerDeputy(module: URL): void {
  threadModule = module;
}

let threadModule: URL | undefined;

/** Undefined where a thread could not reach the server: over a transport that somebody has given. */
export function deputyFor(connection: Connection): Deputy | undefined {
  const module = threadModule;
  const { baseUrl, auth, inProcess, transport, abandon } = connection;
  if (module === undefined || (transport !== undefined && abandon === undefined)) return undefined;
  const described: DeputyConnection = { baseUrl, auth, inProcess };
  let worker: Worker | undefined;

  function start(url: URL): Worker {
    const started = new Worker(url, { workerData: described, execArgv: [], stdout: false, stderr: false });
    started.on("error", () => {
      worker = undefined;
    });
    started.unref();
    return started;
  }

  function send(message: ToDeputy): void {
    worker ??= start(module as URL);
    worker.postMessage(message);
  }

  return {
    give(sign) {
      send({ type: "sign", sign });
      return () => send({ type: "silence", runId: sign.runId });
    },
    reportEnd(report, patienceMillis) {
      // What the main thread holds of the database would keep the thread from writing.
      abandon?.();
      const reported = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      send({ type: "final-report", report, reported });
      Atomics.wait(reported, 0, 0, patienceMillis);
    },
    async stop() {
      await worker?.terminate();
    },
  };
}
