import { Worker } from "node:worker_threads";
import type { Connection } from "./connection.ts";
import type { DeputyConnection, FinalReport, Sign, ToDeputy } from "./deputy-messages.ts";

/**
 * A thread that reaches the server while the main thread cannot. It starts with the first heartbeat that the server needs, or for the final
 * report of a process that ends during a run.
 */
export interface Deputy {
  /** Sends the heartbeat repeatedly until the returned function is called. */
  give(sign: Sign): () => void;
  /** Sends the report and blocks this thread meanwhile, at most for the given time: the process has nothing else left to do. */
  reportEnd(report: FinalReport, patienceMillis: number): void;
  stop(): Promise<void>;
}

/** Registers the location of the thread's module. */
export function registerDeputy(module: URL): void {
  threadModule = module;
}

let threadModule: URL | undefined;

/** Undefined where a thread could not reach the server: over a custom transport. */
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
      // Locks that the main thread holds on the database would block the thread.
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
