import { rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** What the processes that look at it suffer from, until it is changed. */
export interface Afflictions {
  /** By which they are started so that they look: arguments of Node, and variables. */
  readonly execArgv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** How far their clocks are from the true one. */
  readonly clockSeconds: number;
  change(changes: Partial<Suffered>): Promise<void>;
}

interface Suffered {
  readonly clockSeconds: number;
  readonly commitMillis: number;
  readonly diskFull: boolean;
  /** The port of a server that is killed between a commit and what follows it; 0 for none. */
  readonly diesAfterCommit: number;
}

const preload = fileURLToPath(new URL("afflictions.mjs", import.meta.url));

export async function startAfflictions(file: string): Promise<Afflictions> {
  let suffered: Suffered = { clockSeconds: 0, commitMillis: 0, diskFull: false, diesAfterCommit: 0 };
  const write = async () => {
    await writeFile(`${file}.draft`, JSON.stringify(suffered));
    await rename(`${file}.draft`, file);
  };
  await write();
  return {
    execArgv: ["--import", preload],
    environment: { OSTINATO_CHAOS_AFFLICTIONS: file },
    get clockSeconds() {
      return suffered.clockSeconds;
    },
    async change(changes) {
      suffered = { ...suffered, ...changes };
      await write();
    },
  };
}
