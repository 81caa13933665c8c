import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { mostMapped, type Outcome, statementsOf } from "./sqlite-statements.ts";

export interface ReaderRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface ReaderAnswer {
  readonly id: number;
  readonly outcome?: Outcome;
  readonly error?: { readonly message: string; readonly errcode: number | undefined };
}

const { file } = workerData as { file: string };
const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
database.exec(`PRAGMA cache_size = -32000; PRAGMA mmap_size = ${mostMapped}; PRAGMA temp_store = MEMORY`);
const run = statementsOf(database);

parentPort?.on("message", (request: ReaderRequest) => {
  parentPort?.postMessage(answer(request));
});

function answer({ id, sql, parameters }: ReaderRequest): ReaderAnswer {
  try {
    return { id, outcome: run(sql, parameters) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { id, error: { message, errcode } };
  }
}
