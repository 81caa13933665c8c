import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

/** Fewer pages are not worth the wait for the disk. */
const worthwhilePages = 1000;
/** A log of this length is restarted, for which the writer briefly waits; else it would grow while it is written. */
const longLogPages = 16_000;

const { file } = workerData as { file: string };
const database = new DatabaseSync(file, { timeout: 200 });
database.exec("PRAGMA synchronous = NORMAL");

parentPort?.on("message", () => {
  try {
    checkpoint();
  } finally {
    parentPort?.postMessage(undefined);
  }
});

function checkpoint(): void {
  const before = run("NOOP");
  if (before.log - before.checkpointed < worthwhilePages) return;
  const after = run("PASSIVE");
  // A reader of an older snapshot, such as a backup, prevents the restart of the log: the writer would wait in vain.
  if (after.log >= longLogPages && after.checkpointed === after.log) run("RESTART");
}

interface Progress {
  /** Pages in the log. */
  readonly log: number;
  readonly checkpointed: number;
}

function run(mode: "NOOP" | "PASSIVE" | "RESTART"): Progress {
  const row = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get() as { log: number; checkpointed: number };
  return { log: row.log, checkpointed: row.checkpointed };
}
