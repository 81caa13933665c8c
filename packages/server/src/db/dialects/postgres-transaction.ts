import type pg from "pg";
import type { Writer } from "./dialect.ts";
import { type NamedStatement, writerBy } from "./postgres-writer.ts";

/**
 * Runs a unit of work in a transaction, on a connection that is its own meanwhile. Most of what a statement costs is that two
 * processes wake up for it, so statements are sent together where they can be: BEGIN with the first one, deferred ones with
 * the next one that is asked, and the last of them with COMMIT.
 */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Writer) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  let waiting: NamedStatement[] = [];
  const sent: Promise<unknown>[] = [];
  let failure: { readonly error: unknown } | undefined;

  /** Nobody waits for the answer before the commit. What follows a failure only says that the transaction has failed. */
  const send = (answer: Promise<unknown>) => {
    answer.catch((error: unknown) => {
      failure ??= { error };
    });
    sent.push(answer);
  };
  const sendWaiting = () => {
    for (const statement of waiting) send(client.query(statement));
    waiting = [];
  };
  const tx = writerBy({
    async ask(statement) {
      sendWaiting();
      const { rows, rowCount } = await client.query(statement);
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    },
    defer: (statement) => waiting.push(statement),
  });

  try {
    send(client.query("BEGIN"));
    const value = await work(tx);
    sendWaiting();
    const commit = client.query("COMMIT");
    await Promise.all([...sent, commit]);
    // So it answers where a statement failed and nobody minded.
    if ((await commit).command !== "COMMIT")
      throw new Error("A statement failed, and PostgreSQL rolled all of them back");
    return value;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw failure === undefined ? error : failure.error;
  } finally {
    client.release(broken);
  }
}
