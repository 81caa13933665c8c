import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

export interface ReaderRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface ReaderAnswer {
  readonly id: number;
  readonly rows?: unknown[];
  readonly error?: { readonly message: string; readonly errcode: number | undefined };
}

const { file } = workerData as { file: string };
const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
database.exec("PRAGMA cache_size = -32000; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY");
const statements = new Map<string, StatementSync>();

parentPort?.on("message", ({ id, sql, parameters }: ReaderRequest) => {
  parentPort?.postMessage(answer(id, sql, parameters as SQLInputValue[]));
});

function answer(id: number, text: string, parameters: readonly SQLInputValue[]): ReaderAnswer {
  try {
    return { id, rows: prepared(text).all(...parameters) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { id, error: { message, errcode } };
  }
}

function prepared(text: string): StatementSync {
  let statement = statements.get(text);
  if (statement === undefined) {
    statement = database.prepare(text);
    statements.set(text, statement);
  }
  return statement;
}
