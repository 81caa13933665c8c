import { deleteWorker, filterWorkers, heartbeatOfWorker } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as workers from "./workers.service.ts";

export function workerRoutes(serve: Serve): void {
  serve(heartbeatOfWorker, async ({ params, body, context }) => {
    await workers.heartbeat(context, params.work_pool_name, body);
    return null;
  });
  serve(filterWorkers, ({ params, body, context }) => workers.filter(context, params.work_pool_name, body ?? {}));
  serve(deleteWorker, async ({ params, context }) => {
    await workers.remove(context, params.work_pool_name, params.name);
    return null;
  });
}
