import { randomUUID } from "node:crypto";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import type { Explanation } from "../database-error.ts";
import type { Connection, Dialect, Engine, Loading, Outcome, Row, Statement } from "../engine.ts";
import { InputProblem, oneStatement, refuseEqualNames } from "../input-problem.ts";
import type { DatabasePlace } from "../place.ts";
import { explainSqlite } from "./sqlite-errors.ts";

/** How long a statement waits for another that writes, unless `timeout` says otherwise, as in Python. */
const lockSeconds = 5;
const retryMilliseconds = 10;
const maxIdle = 5;

const dialect: Dialect = {
  mark: (position) => `?${position}`,
  repeatsValues: false,
  hasBackslashEscapes: false,
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  bind(value) {
    if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
    if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? value : undefined;
    if (typeof value === "boolean") return value ? 1 : 0;
    // The form in which SQLAlchemy keeps moments, which sorts as text.
    if (value instanceof Date) return `${value.toISOString().slice(0, -1).replace("T", " ")}000`;
    return Array.isArray(value) ? undefined : value;
  },
};

/** SQLite by Node's own module. Each caller has a connection, and waits for locks without keeping the program from its other work. */
export function openSqlite({ database = "", settings }: DatabasePlace): Engine {
  const isInMemory = database === "" || database === ":memory:";
  const file = isInMemory ? `file:/${randomUUID()}?vfs=memdb` : database;
  const timeoutSeconds = Number(settings.timeout ?? lockSeconds);
  const idle: DatabaseSync[] = [];
  // Without a connection a database in memory is gone.
  let kept: DatabaseSync | undefined;
  const open = () => new DatabaseSync(file, { timeout: 0 });
  const giveBack = (connection: DatabaseSync) => {
    if (idle.length < maxIdle) idle.push(connection);
    else connection.close();
  };
  return {
    dialect,
    async connect() {
      if (isInMemory) kept ??= open();
      return new SqliteConnection(idle.pop() ?? open(), { timeoutSeconds, giveBack });
    },
    explain: (error): Explanation => explainSqlite(error, database),
    isConnectionLost: () => false,
    async close() {
      for (const connection of idle.splice(0)) connection.close();
      kept?.close();
      kept = undefined;
    },
  };
}

interface SqliteUse {
  readonly timeoutSeconds: number;
  readonly giveBack: (connection: DatabaseSync) => void;
}

class SqliteConnection implements Connection {
  readonly #database: DatabaseSync;
  readonly #use: SqliteUse;

  constructor(database: DatabaseSync, use: SqliteUse) {
    this.#database = database;
    this.#use = use;
  }

  async run({ text, values, timeoutSeconds }: Statement): Promise<Outcome> {
    refuseTimeout(timeoutSeconds);
    return await this.#unlocked(() => {
      const statement = this.#prepare(text);
      const columns = columnsOf(statement);
      if (columns.length === 0) {
        const { changes } = statement.run(...inputs(values));
        return { rows: [], changed: writes(text) ? Number(changes) : 0 };
      }
      const rows = lists(statement.all(...inputs(values))).map((row) => record(columns, row));
      return { rows, changed: writes(text) ? rows.length : 0 };
    });
  }

  async *stream({ text, values, timeoutSeconds }: Statement, batchRows: number): AsyncGenerator<readonly Row[]> {
    refuseTimeout(timeoutSeconds);
    const { columns, rows, first } = await this.#unlocked(() => {
      const statement = this.#prepare(text);
      const rows = statement.iterate(...inputs(values)) as Iterator<unknown>;
      return { columns: columnsOf(statement), rows, first: rows.next() };
    });
    try {
      let batch: Row[] = [];
      for (let next = first; !next.done; next = rows.next()) {
        if (batch.push(record(columns, next.value as readonly unknown[])) < batchRows) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    } finally {
      rows.return?.();
    }
  }

  async load({ table, columns, batches }: Loading): Promise<void> {
    const places = columns.map((_, at) => dialect.mark(at + 1)).join(", ");
    const text = `INSERT INTO ${table.map(dialect.quote).join(".")} (${columns.map(dialect.quote).join(", ")}) VALUES (${places})`;
    const statement = this.#prepare(text);
    for await (const rows of batches) {
      for (const row of rows) statement.run(...inputs(row));
    }
  }

  async begin(): Promise<void> {
    // Taking the lock at once means that no statement of the transaction waits for it later.
    await this.#unlocked(() => this.#database.exec("BEGIN IMMEDIATE"));
  }

  async commit(): Promise<void> {
    await this.#unlocked(() => this.#database.exec("COMMIT"));
  }

  async rollback(): Promise<void> {
    // SQLite ends a transaction by itself after some errors.
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  async release(isBroken: boolean): Promise<void> {
    if (isBroken || this.#database.isTransaction) this.#database.close();
    else this.#use.giveBack(this.#database);
  }

  #prepare(text: string): StatementSync {
    const statement = this.#database.prepare(text);
    refuseFurther(text, statement.sourceSQL);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement;
  }

  /** Tries again while another connection has the lock: SQLite itself would wait by holding the whole program. */
  async #unlocked<T>(act: () => T): Promise<T> {
    const endMilliseconds = performance.now() + this.#use.timeoutSeconds * 1000;
    for (;;) {
      try {
        return act();
      } catch (error) {
        if (!isLocked(error) || performance.now() > endMilliseconds) throw error;
        await wait(retryMilliseconds);
      }
    }
  }
}

const busyCode = 5;
const lockedCode = 6;

/** Extended codes have the code in their lowest byte. */
function isLocked(error: unknown): boolean {
  const { errcode = 0 } = error as { readonly errcode?: number };
  return [busyCode, lockedCode].includes(errcode & 0xff);
}

function refuseTimeout(seconds: number | undefined): void {
  if (seconds === undefined) return;
  throw new InputProblem(
    "timeoutSeconds is given, and SQLite runs statements in the program itself, where nothing can stop them. Leave it out.",
  );
}

/** SQLite would run the first statement and say nothing of the others. */
function refuseFurther(text: string, first: string): void {
  const rest = text.slice(first.length).replace(/--[^\n]*|\/\*[\s\S]*?\*\/|[\s;]/g, "");
  if (rest !== "") throw new InputProblem(oneStatement);
}

/** SQLite tells the rows of an earlier statement where this one writes none. */
function writes(text: string): boolean {
  return /^\s*(insert|update|delete|replace|with)\b/i.test(text);
}

function columnsOf(statement: StatementSync): readonly string[] {
  const columns = statement.columns().map(({ name }) => name);
  refuseEqualNames(columns);
  return columns;
}

function inputs(values: readonly unknown[]): SQLInputValue[] {
  return values as SQLInputValue[];
}

/** Rows are lists by `setReturnArrays`, which the types don't say. */
function lists(rows: unknown): readonly (readonly unknown[])[] {
  return rows as readonly (readonly unknown[])[];
}

function record(columns: readonly string[], row: readonly unknown[]): Row {
  const made: Row = {};
  columns.forEach((column, at) => {
    const value = row[at];
    made[column] = typeof value === "bigint" ? nearest(value) : value;
  });
  return made;
}

function nearest(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}
