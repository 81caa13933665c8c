import { enableCompileCache } from "node:module";
import type { ThreadJob, ThreadOutcome } from "./thread-messages.ts";

// For this thread, which does not inherit it: what it loads, the SDK and the module of the task, then takes half the time.
enableCompileCache();

/** Runs one job in this worker thread. Called by the pool. */
export async function runJob(job: ThreadJob): Promise<ThreadOutcome> {
  const thread = await import("./thread-job.ts");
  return thread.runJob(job);
}
