import type {
  createQueueOfPool,
  createWorkPool,
  deleteQueueOfPool,
  deleteWorker,
  deleteWorkPool,
  updateQueueOfPool,
  updateWorkPool,
  WorkPoolCreate,
  WorkPoolUpdate,
  WorkQueueCreate,
  WorkQueueUpdate,
} from "@ostinato/protocol";
import { call } from "../api/api.ts";

export function createPool(body: WorkPoolCreate) {
  return call<typeof createWorkPool>("POST /work_pools/", { body });
}

export function changePool(name: string, body: WorkPoolUpdate): Promise<unknown> {
  return call<typeof updateWorkPool>("PATCH /work_pools/{name}", { params: { name }, body });
}

export function deletePool(name: string): Promise<unknown> {
  return call<typeof deleteWorkPool>("DELETE /work_pools/{name}", { params: { name } });
}

export function createQueue(pool: string, body: WorkQueueCreate) {
  return call<typeof createQueueOfPool>("POST /work_pools/{work_pool_name}/queues", {
    params: { work_pool_name: pool },
    body,
  });
}

export function changeQueue(pool: string, name: string, body: WorkQueueUpdate): Promise<unknown> {
  return call<typeof updateQueueOfPool>("PATCH /work_pools/{work_pool_name}/queues/{name}", {
    params: { work_pool_name: pool, name },
    body,
  });
}

export function deleteQueue(pool: string, name: string): Promise<unknown> {
  return call<typeof deleteQueueOfPool>("DELETE /work_pools/{work_pool_name}/queues/{name}", {
    params: { work_pool_name: pool, name },
  });
}

/** Forgets a worker; one that is online comes back with its next sign of life. */
export function removeWorker(pool: string, name: string): Promise<unknown> {
  return call<typeof deleteWorker>("DELETE /work_pools/{work_pool_name}/workers/{name}", {
    params: { work_pool_name: pool, name },
  });
}
