import { type ParameterSchema, UsageError } from "ostinato";
import { checkJsonValue } from "ostinato/integration";
import type { LoadOptions, QueryOptions, Rows, SqlDatabase, SqlSession, StreamOptions } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import type { Connection, Engine, Outcome } from "./engine.ts";
import { type Lend, type Lent, lendingOf, lendingWithin, tellingError, using } from "./lending.ts";
import { type Parameters, statementOf } from "./parameters.ts";
import { rowBatches } from "./row-batches.ts";

const defaultStreamRows = 1000;
const defaultLoadRows = 5000;

/** A database by the engine that `open` gives, which is called for the first statement. */
export function sqlDatabase(url: string, open: () => Promise<Engine>): SqlDatabase {
  let opening: Promise<Engine> | undefined;
  const lend = lendingOf(url, () => (opening ??= open()));
  const close = async () => {
    const engine = await opening;
    opening = undefined;
    await engine?.close();
  };
  return {
    url,
    ...sessionOf(lend, atomically),
    async transaction(work) {
      const lent = await lend();
      try {
        await lent.tried(() => lent.connection.begin());
        const result = await rolledBackUnless(lent.connection, () =>
          work(sessionOf(lendingWithin(url, lent), async (_, act) => await act())),
        );
        await committed(url, lent);
        return result;
      } finally {
        await lent.giveBack();
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Carries something out that is to be done whole or not at all. */
type Whole = (connection: Connection, act: () => Promise<void>) => Promise<void>;

const atomically: Whole = async (connection, act) => {
  await connection.begin();
  await rolledBackUnless(connection, act);
  await connection.commit();
};

function sessionOf(lend: Lend, whole: Whole): SqlSession {
  const run = (sql: string, parameters: Parameters | undefined, { timeoutSeconds }: QueryOptions): Promise<Outcome> =>
    using(lend, async ({ connection, engine }) =>
      connection.run({ ...statementOf(engine.dialect, sql, parameters), timeoutSeconds: positive(timeoutSeconds) }),
    );
  const session = {
    async query(sql: string, parameters?: Parameters, options: QueryOptions = {}) {
      const { rows } = await run(sql, parameters, options);
      const { schema } = options;
      if (schema === undefined) return rows;
      return await Promise.all(rows.map((row, at) => checked(schema, row, at + 1)));
    },
    async execute(sql: string, parameters?: Parameters, options: QueryOptions = {}) {
      return (await run(sql, parameters, options)).changed;
    },
    stream: (sql: string, parameters?: Parameters, options: StreamOptions = {}) =>
      streamed(lend, { sql, parameters, options }),
    load: (table: string, rows: Rows, { columns, batchRows = defaultLoadRows }: LoadOptions = {}) =>
      using(lend, async ({ connection, engine }) => {
        const taken = await rowBatches(engine.dialect, rows, { table, columns, batchRows });
        if (taken === undefined) return 0;
        const loading = { table: table.split("."), columns: taken.columns, batches: taken.batches };
        await whole(connection, () => connection.load(loading));
        return taken.count();
      }),
  };
  // The overloads of the interface say what a schema makes of rows.
  return session as SqlSession;
}

interface Streaming {
  readonly sql: string;
  readonly parameters: Parameters | undefined;
  readonly options: StreamOptions;
}

/** The connection is lent until the loop is left. */
async function* streamed(lend: Lend, { sql, parameters, options }: Streaming): AsyncGenerator<unknown> {
  const { schema, timeoutSeconds, batchRows = defaultStreamRows } = options;
  const lent = await lend();
  const { connection, engine, tried } = lent;
  try {
    const statement = await tried(async () => ({
      ...statementOf(engine.dialect, sql, parameters),
      timeoutSeconds: positive(timeoutSeconds),
    }));
    const batches = connection.stream(statement, batchRows)[Symbol.asyncIterator]();
    let count = 0;
    try {
      for (;;) {
        const next = await tried(() => batches.next());
        if (next.done) return;
        if (schema === undefined) yield* next.value;
        else for (const row of next.value) yield await checked(schema, row, ++count);
      }
    } finally {
      await batches.return?.();
    }
  } finally {
    await lent.giveBack();
  }
}

function positive(seconds: number | undefined): number | undefined {
  if (seconds === undefined || seconds > 0) return seconds;
  throw new UsageError(`timeoutSeconds of a statement is ${seconds}: give a number of seconds above 0.`);
}

async function rolledBackUnless<T>(connection: Connection, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    // Where that fails too, the connection is gone, and the transaction with it.
    await connection.rollback().catch(() => {});
    throw error;
  }
}

/** Some databases answer COMMIT by a rollback, where an error of a statement was caught. */
async function committed(url: string, { connection, engine }: Lent): Promise<void> {
  try {
    await connection.commit();
  } catch (error) {
    await connection.rollback().catch(() => {});
    if (engine.isConnectionLost(error)) {
      const ifLost = "Nobody knows whether the transaction was kept: look before you run it again.";
      throw tellingError(error, { url, engine, ifLost });
    }
    const message = `the transaction was rolled back, and nothing of it is kept: ${engine.explain(error).message} Let the error of a statement leave the function, or put the statement into a transaction of its own.`;
    throw new DatabaseError(url, { code: "DATABASE_ROLLED_BACK", message }, error);
  }
}

async function checked(schema: ParameterSchema, row: unknown, count: number): Promise<unknown> {
  const result = await checkJsonValue(schema, row);
  if (result.ok) return result.value;
  const problems = result.problems.map(({ path, message }) => `${path.join(".") || "the row"}: ${message}`);
  throw new UsageError(`Row ${count} of the result does not pass the schema: ${problems.join("; ")}`);
}
