/** What tells a serving process to stop. */
export interface StopRequests {
  /** Resolves with the first request. */
  readonly stop: Promise<void>;
  /** Aborted by the second signal: runs are not waited for any longer. */
  readonly atOnce: AbortSignal;
  stopListening(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens for the signals that end a process, and for the program's own signal. */
export function stopRequests(given: AbortSignal | undefined): StopRequests {
  const stop = Promise.withResolvers<void>();
  const atOnce = new AbortController();
  let asked = false;
  const ask = () => {
    if (asked) atOnce.abort();
    asked = true;
    stop.resolve();
  };
  const abort = () => stop.resolve();
  for (const signal of signals) process.on(signal, ask);
  if (given?.aborted) stop.resolve();
  else given?.addEventListener("abort", abort, { once: true });
  return {
    stop: stop.promise,
    atOnce: atOnce.signal,
    stopListening() {
      for (const signal of signals) process.off(signal, ask);
      given?.removeEventListener("abort", abort);
    },
  };
}
