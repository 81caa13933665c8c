import { Worker } from "node:worker_threads";

export interface BackgroundThread<Message> {
  /** The module beside this one, without its extension. */
  readonly module: string;
  readonly file: string;
  readonly onMessage: (message: Message) => void;
  /** Called when the thread has died of an error. */
  readonly onDeath: (error: Error) => void;
}

/** Starts a thread for a database file, which does not keep the process alive until `ref` is called. */
export function startBackgroundThread<Message>(thread: BackgroundThread<Message>): Worker {
  const { module, file, onMessage, onDeath } = thread;
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const worker = new Worker(new URL(`./${module}${extension}`, import.meta.url), { workerData: { file } });
  worker.on("message", onMessage);
  worker.on("error", (error) => onDeath(error instanceof Error ? error : new Error(String(error))));
  // Last, because adding a message listener keeps the process alive.
  worker.unref();
  return worker;
}
