import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { end } from "../target.ts";

const program = fileURLToPath(new URL("../programs/writers.ts", import.meta.url));

export interface Writers {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Sixteen writing connections in a process of their own. */
export function writersOn(apiUrl: string): Writers {
  let child: ChildProcess | undefined;
  return {
    async start() {
      if (child !== undefined) return;
      child = fork(program, [apiUrl]);
      await once(child, "message");
    },
    async stop() {
      if (child !== undefined) await end(child);
    },
  };
}
