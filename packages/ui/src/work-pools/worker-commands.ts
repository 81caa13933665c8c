import { ownWorkerCommand, ownWorkerTypes, prefectWorkerCommand } from "@ostinato/job-templates/worker-command";
import { passwordRequired } from "../base-path.ts";

export interface WorkerCommand {
  readonly value: "ostinato" | "prefect";
  readonly label: string;
  readonly code: string;
}

/**
 * The commands that start a worker of a pool against this server, at the address under which the page was opened. Where the server asks
 * for a password, the reader puts it in place of the placeholder.
 */
export function workerCommands(
  pool: { readonly name: string; readonly type: string },
  apiBase: string,
  queue?: string,
): readonly WorkerCommand[] {
  const served = { name: pool.name, ...(queue === undefined ? {} : { queue }) };
  const ofPrefect: WorkerCommand = {
    value: "prefect",
    label: "Python",
    code: `PREFECT_API_URL=${apiBase}${password("PREFECT")} ${prefectWorkerCommand(served)}`,
  };
  if (!ownWorkerTypes.has(pool.type)) return [ofPrefect];
  const ours: WorkerCommand = {
    value: "ostinato",
    label: "TypeScript",
    code: `OSTINATO_API_URL=${apiBase}${password("OSTINATO")} npx ${ownWorkerCommand(served)}`,
  };
  return [ours, ofPrefect];
}

function password(prefix: "OSTINATO" | "PREFECT"): string {
  return passwordRequired ? ` ${prefix}_API_AUTH_STRING=user:password` : "";
}
