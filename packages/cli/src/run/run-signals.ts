import { exitCodes } from "../exit-codes.ts";

const codes = { SIGINT: exitCodes.cancelled, SIGTERM: 143 } as const;
type Signal = keyof typeof codes;

export interface RunSignals {
  /** The received signal, if any. */
  readonly received: Signal | undefined;
  readonly exitCode: number | undefined;
}

/** Leaves the first signal to the run, which ends and tells the server. Without a run, and on a second signal, the process ends at once. */
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
