import type { Work } from "../dialect.ts";
import type { NamedStatement } from "../statement-name.ts";
import { commit, identify, type LostCommit, type ResolveLostCommit } from "./commit.ts";
import type { PostgresPool } from "./pool.ts";
import { writersBy } from "./writer.ts";

export interface TransactionOptions {
  readonly pool: PostgresPool;
  readonly resolveLostCommit: ResolveLostCommit;
}

/** Runs a unit of work in a transaction. Resolves when it is durable; where it rejects, nothing of it was kept. */
export async function inTransaction<T>({ pool, resolveLostCommit }: TransactionOptions, work: Work<T>): Promise<T> {
  const { value, lost } = await attempt(pool, work);
  if (lost !== undefined && !(await resolveLostCommit(lost))) throw lost.error;
  return value;
}

interface Attempt<T> {
  readonly value: T;
  readonly lost: LostCommit | undefined;
}

/**
 * Runs on a connection of its own. Most of the cost of a statement is waking two processes, so statements are sent together where
 * possible: BEGIN with the first one, deferred ones with the next one that is awaited, and the last ones with COMMIT.
 */
async function attempt<T>(pool: PostgresPool, work: Work<T>): Promise<Attempt<T>> {
  const client = await pool.connect();
  let broken = false;
  let waiting: NamedStatement[] = [];
  let failure: { readonly error: unknown } | undefined;

  /** Nobody awaits the answer before the commit. Errors after the first only repeat that the transaction has failed. */
  const send = (answer: Promise<unknown>) => {
    answer.catch((error: unknown) => {
      failure ??= { error };
    });
  };
  const sendWaiting = () => {
    for (const statement of waiting) send(client.query(statement));
    waiting = [];
  };
  const writers = writersBy({
    async ask(statement) {
      sendWaiting();
      const { rows, rowCount } = await client.query(statement);
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    },
    defer: (statement) => waiting.push(statement),
  });

  try {
    send(client.query("BEGIN"));
    const identity = identify(client);
    send(identity);
    const value = await work(...writers);
    sendWaiting();
    const lost = await commit(client, await identity);
    broken = lost !== undefined;
    return { value, lost };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw failure === undefined ? error : failure.error;
  } finally {
    client.release(broken);
  }
}
