import { ApiError } from "@ostinato/client";
import type {
  bulkDeleteDeployments,
  createFlowRunFromDeployment,
  deleteDeployment,
  pauseDeployment as pause,
  resumeDeployment as resume,
} from "@ostinato/protocol";
import { call } from "../api/api.ts";
import { startedFromPages } from "../runs/made-by.ts";

/** The API's maximum per request. */
const bulkSize = 50;
/** Requests at once where the API takes one deployment per request. */
const maxAtOnce = 4;

export function setPaused(id: string, paused: boolean): Promise<unknown> {
  return paused
    ? call<typeof pause>("POST /deployments/{id}/pause_deployment", { params: { id } })
    : call<typeof resume>("POST /deployments/{id}/resume_deployment", { params: { id } });
}

/** Starts a run with the parameters of the deployment; returns the run's id. */
export async function runNow(id: string): Promise<string> {
  const run = await call<typeof createFlowRunFromDeployment>("POST /deployments/{id}/create_flow_run", {
    params: { id },
    body: { labels: startedFromPages },
  });
  return run.id;
}

/**
 * Starts a run, and gives where whoever started it goes: to the run, or to the form where the parameters of the deployment alone do not fit
 * its schema, since one that is required has no default, for example.
 */
export async function runAndGo(id: string) {
  try {
    return { to: "/runs/flow-run/$id", params: { id: await runNow(id) } } as const;
  } catch (error) {
    if (error instanceof ApiError && error.reason === "PARAMETERS_REFUSED") {
      return { to: "/deployments/$id/run", params: { id } } as const;
    }
    throw error;
  }
}

export function deleteOne(id: string): Promise<unknown> {
  return call<typeof deleteDeployment>("DELETE /deployments/{id}", { params: { id } });
}

export async function deleteAll(ids: readonly string[], onProgress: (done: number) => void): Promise<void> {
  for (let from = 0; from < ids.length; from += bulkSize) {
    onProgress(from);
    await call<typeof bulkDeleteDeployments>("POST /deployments/bulk_delete", {
      body: { deployments: { id: { any_: ids.slice(from, from + bulkSize) } }, limit: bulkSize },
    });
  }
}

/** Does something with each of them, some at once, and goes on where one fails; throws the first reason at the end. */
export async function withEach(
  ids: readonly string[],
  act: (id: string) => Promise<unknown>,
  onProgress: (done: number) => void,
): Promise<void> {
  const left = [...ids];
  const failures: unknown[] = [];
  let done = 0;
  const work = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      await act(id).catch((error: unknown) => failures.push(error));
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: maxAtOnce }, work));
  if (failures.length === 0) return;
  const [first] = failures;
  const reason = first instanceof Error ? first.message : String(first);
  throw new Error(failures.length === 1 ? reason : `${failures.length} of ${ids.length} failed. The first: ${reason}`);
}
