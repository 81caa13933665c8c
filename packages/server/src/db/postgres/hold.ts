import type pg from "pg";

/** Whether a connection keeps the process alive. The methods have no types of their own. */
export function holdProcess(client: pg.Client | undefined, hold: boolean): void {
  const connection = client as { ref(): void; unref(): void } | undefined;
  if (hold) connection?.ref();
  else connection?.unref();
}

/**
 * Ends a connection in this moment, for a process that ends and has no turn left in which it could say so: PostgreSQL then gives
 * up the transaction that was open on it, and the locks that others would wait for.
 */
export function cutOff(client: pg.Client | undefined): void {
  const { connection } = (client ?? {}) as { readonly connection?: { readonly stream: { destroy(): void } } };
  connection?.stream.destroy();
}

/** Keeps the process alive while the work is done, which may wait for connections that keep no process. */
export async function holdingProcess(work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 60_000);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
