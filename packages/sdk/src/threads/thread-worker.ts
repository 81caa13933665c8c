import { enableCompileCache } from "node:module";
import type { ThreadJob, ThreadOutcome } from "./thread-messages.ts";

// Enables the compile cache for this thread, which does not inherit it: loading the SDK and the task's module then takes half the time.
enableCompileCache();

/** Runs one job in this worker thread. Called by the pool. */
export async function runJob(job: ThreadJob): Promise<ThreadOutcome> {
  const thread = await import("./thread-job.ts");
  return thread.runJob(job);
}
