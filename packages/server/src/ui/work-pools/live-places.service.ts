import type { LivePlace, WorkerInfo } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./live-places.queries.ts";
import { presentWorkerInfo } from "./worker-info.presenter.ts";

export function readPools({ db }: Context, ids: readonly string[]): Promise<readonly LivePlace[]> {
  return queries.poolsByIds(db, ids);
}

export function readQueues({ db }: Context, ids: readonly string[]): Promise<readonly LivePlace[]> {
  return queries.queuesByIds(db, ids);
}

export async function readWorkers({ db }: Context, ids: readonly string[]): Promise<readonly WorkerInfo[]> {
  return (await queries.workersByIds(db, ids)).map(presentWorkerInfo);
}
