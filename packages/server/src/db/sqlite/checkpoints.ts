import { statSync } from "node:fs";
import type { Worker } from "node:worker_threads";
import { startBackgroundThread } from "./background-thread.ts";

/**
 * Moves commits from the write-ahead log into the database on a thread of its own: this waits for the disk, 10 to 50 ms each time
 * as measured here, too long for the event loop.
 */
export interface Checkpoints {
  /** Call it after each commit; costs almost nothing. */
  committed(): void;
  stop(): Promise<void>;
}

/** A log smaller than this is left alone: a server that lives for one script never starts the thread. */
const smallLogBytes = 4 * 1024 * 1024;
const commitsBetweenLooks = 16;
const restMillis = 100;

export function checkpointsInBackground(file: string): Checkpoints {
  let worker: Worker | undefined;
  let commits = 0;
  let busy = false;
  let stopped = false;
  let restedUntil = 0;

  function start(): Worker {
    return startBackgroundThread({
      module: "checkpoint-thread",
      file,
      onMessage() {
        busy = false;
        restedUntil = performance.now() + restMillis;
      },
      // Without the thread, the writer does it at a much longer log.
      onDeath() {
        worker = undefined;
      },
    });
  }

  return {
    committed() {
      commits += 1;
      if (busy || stopped || commits < commitsBetweenLooks || performance.now() < restedUntil) return;
      commits = 0;
      if (logBytes(file) < smallLogBytes) return;
      busy = true;
      worker ??= start();
      worker.postMessage(undefined);
    },
    async stop() {
      stopped = true;
      await worker?.terminate();
    },
  };
}

function logBytes(file: string): number {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
