import { exitCodes } from "../exit-codes.ts";

const codes = { SIGINT: exitCodes.cancelled, SIGTERM: 143 } as const;
type Signal = keyof typeof codes;

export interface RunSignals {
  /** The signal that came, once one has. */
  readonly received: Signal | undefined;
  readonly exitCode: number | undefined;
}

/**
 * The first signal is left to the run, which ends and tells the server; this only remembers it. Without a run there is nothing to
 * end, and whoever sends a second one does not want to wait: then the process ends at once.
 */
export function listenForSignals({ isRunning }: { readonly isRunning: () => boolean }): RunSignals {
  let received: Signal | undefined;
  for (const signal of Object.keys(codes) as Signal[]) {
    process.on(signal, () => {
      if (received !== undefined || !isRunning()) process.exit(codes[signal]);
      received = signal;
    });
  }
  return {
    get received() {
      return received;
    },
    get exitCode() {
      return received === undefined ? undefined : codes[received];
    },
  };
}
