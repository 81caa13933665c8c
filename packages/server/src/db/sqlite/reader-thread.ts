import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { maxMapped, type Outcome, statementsOf } from "./statements.ts";
import { stillWanted } from "./still-wanted.ts";

export interface ReaderStart {
  readonly file: string;
  /** Holds the number of the request whose answer nobody waits for any more. */
  readonly unwanted: Int32Array;
}

export interface ReaderRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface ReaderAnswer {
  readonly outcome?: Outcome;
  readonly error?: { readonly message: string; readonly errcode: number | undefined };
}

const { file, unwanted } = workerData as ReaderStart;
const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
database.exec(`PRAGMA cache_size = -32000; PRAGMA mmap_size = ${maxMapped}; PRAGMA temp_store = MEMORY`);
const run = statementsOf(database);
let underWay = 0;
stillWanted(database, () => Atomics.load(unwanted, 0) !== underWay);

parentPort?.on("message", (request: ReaderRequest) => {
  parentPort?.postMessage(answer(request));
});

function answer({ id, sql, parameters }: ReaderRequest): ReaderAnswer {
  underWay = id;
  try {
    return { outcome: run(sql, parameters) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { error: { message, errcode } };
  }
}
