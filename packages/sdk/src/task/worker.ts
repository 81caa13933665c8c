import { registeredBackground, type WorkerOptions } from "./background.ts";
import type { AnyTask } from "./task.ts";

/**
 * Executes the runs of these tasks that programs have delayed, until this process is told to stop: by SIGTERM, SIGINT or `signal`. Then no
 * further run begins, and it resolves when those under way have ended. Rejects with a `UsageError` where two tasks cannot be told apart.
 *
 * ```ts
 * import { task, worker } from "ostinato";
 *
 * export const resize = task({ retries: 2 }, async function resize(image: string, width: number) { return `${image}@${width}`; });
 *
 * export const working = () => worker([resize], { limit: 4 });
 * export const upload = async () => {
 *   const run = await resize.delay("cat.png", 640);
 *   return run.result();
 * };
 * ```
 */
export async function worker(tasks: readonly AnyTask[], options: WorkerOptions = {}): Promise<void> {
  return (await registeredBackground().load()).runWorker(tasks, options);
}
