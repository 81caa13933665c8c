import { rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Faults injected into processes, until they are changed. */
export interface Injection {
  /** Arguments of Node and variables with which a process must start to be affected. */
  readonly execArgv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The offset of their clocks from the true time. */
  readonly clockSeconds: number;
  /** When they were ahead of it last, by `performance.now()`. */
  readonly clockAheadAt: number;
  change(changes: Partial<InjectedFaults>): Promise<void>;
}

interface InjectedFaults {
  readonly clockSeconds: number;
  readonly commitMillis: number;
  readonly diskFull: boolean;
  /** The port of a server that is killed between a commit and its follow-up; 0 for none. */
  readonly diesAfterCommit: number;
}

const preload = fileURLToPath(new URL("injection.mjs", import.meta.url));

export async function startInjection(file: string): Promise<Injection> {
  let injected: InjectedFaults = { clockSeconds: 0, commitMillis: 0, diskFull: false, diesAfterCommit: 0 };
  let clockAheadAt = Number.NEGATIVE_INFINITY;
  const write = async () => {
    await writeFile(`${file}.draft`, JSON.stringify(injected));
    await rename(`${file}.draft`, file);
  };
  await write();
  return {
    execArgv: ["--import", preload],
    environment: { OSTINATO_CHAOS_INJECTION: file },
    get clockSeconds() {
      return injected.clockSeconds;
    },
    get clockAheadAt() {
      return injected.clockSeconds > 0 ? performance.now() : clockAheadAt;
    },
    async change(changes) {
      const wasAhead = injected.clockSeconds > 0;
      injected = { ...injected, ...changes };
      await write();
      if (wasAhead) clockAheadAt = performance.now();
    },
  };
}
