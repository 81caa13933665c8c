import type pg from "pg";

/** Sets whether a connection keeps the process alive. The driver does not type these methods. */
export function keepProcessAlive(client: pg.Client | undefined, keep: boolean): void {
  const connection = client as { ref(): void; unref(): void } | undefined;
  if (keep) connection?.ref();
  else connection?.unref();
}

/**
 * Closes a connection at once, for a process that ends without another turn of the event loop: PostgreSQL then rolls its
 * transaction back and releases its locks.
 */
export function cutOff(client: pg.Client | undefined): void {
  const { connection } = (client ?? {}) as { readonly connection?: { readonly stream: { destroy(): void } } };
  connection?.stream.destroy();
}

/** Keeps the process alive while the work is done, which may wait for connections that keep no process. */
export async function keepingProcessAlive(work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 60_000);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
