import { stateNames } from "@ostinato/core";
import type {
  bulkDeleteFlowRuns,
  bulkSetFlowRunState,
  deleteFlowRun,
  ReplyOf,
  resumeFlowRun,
  StateCreate,
  setFlowRunState,
} from "@ostinato/protocol";
import { call } from "../api/api.ts";
import type { OrchestrationResult } from "../api/types.ts";

/** The API's maximum per request. */
const bulkSize = 50;

/** The message tells later where the run was cancelled from. */
const cancelling = {
  type: "CANCELLING",
  name: stateNames.cancelling,
  message: "Cancelled from the web pages.",
} as const;

/** Called after each batch with the number of processed runs. */
type OnProgress = (done: number) => void;

export async function deleteRuns(ids: readonly string[], onProgress: OnProgress): Promise<void> {
  for (const [index, some] of chunks(ids).entries()) {
    onProgress(index * bulkSize);
    await call<typeof bulkDeleteFlowRuns>("POST /flow_runs/bulk_delete", {
      body: { flow_runs: { id: { any_: [...some] } }, limit: bulkSize },
    });
  }
}

interface Refusals {
  readonly refused: number;
  readonly reason: string | null;
}

type BulkResult = ReplyOf<typeof bulkSetFlowRunState>["results"][number];

/** Cancels all of the runs; returns how many were refused, and the first reason. */
export async function cancelRuns(ids: readonly string[], onProgress: OnProgress): Promise<Refusals> {
  return await proposeToAll(ids, onProgress, {
    state: cancelling,
    isMet: ({ status, state }) => status === "ACCEPT" || state?.type === "CANCELLED",
  });
}

async function proposeToAll(
  ids: readonly string[],
  onProgress: OnProgress,
  { state, isMet }: { readonly state: StateCreate; readonly isMet: (result: BulkResult) => boolean },
): Promise<Refusals> {
  let refused = 0;
  let reason: string | null = null;
  for (const [index, some] of chunks(ids).entries()) {
    onProgress(index * bulkSize);
    const reply = await call<typeof bulkSetFlowRunState>("POST /flow_runs/bulk_set_state", {
      body: { flow_runs: { id: { any_: [...some] } }, state, limit: bulkSize },
    });
    for (const result of reply.results) {
      if (isMet(result)) continue;
      refused += 1;
      reason ??= reasonIn(result.details);
    }
  }
  return { refused, reason };
}

export function deleteRun(id: string): Promise<unknown> {
  return call<typeof deleteFlowRun>("DELETE /flow_runs/{id}", { params: { id } });
}

/** Cancels a run. Throws with the server's reason when it refuses. */
export async function cancelRun(id: string): Promise<void> {
  const result = await call<typeof setFlowRunState>("POST /flow_runs/{id}/set_state", {
    params: { id },
    body: { state: cancelling },
  });
  if (result.state?.type !== "CANCELLED") refuse(result);
}

interface Answer {
  /** The id of the PAUSED state that is answered. */
  readonly answers: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Resumes a paused run. Throws with the server's reason when it refuses. */
export async function resumeRun(id: string, { answers, input }: Answer): Promise<void> {
  refuse(
    await call<typeof resumeFlowRun>("POST /flow_runs/{id}/resume", {
      params: { id },
      body: { answers, ...(input === undefined ? {} : { run_input: { ...input } }) },
    }),
  );
}

/** Schedules a deployment's run again for now; its worker picks it up. */
export async function rescheduleRun(id: string): Promise<void> {
  refuse(
    await call<typeof setFlowRunState>("POST /flow_runs/{id}/set_state", {
      params: { id },
      body: {
        state: askedRetry(),
      },
    }),
  );
}

/** Throws with the server's reason when it refused. */
export function refuse(result: OrchestrationResult): void {
  if (result.status === "ACCEPT") return;
  throw new Refusal(reasonIn(result.details) ?? "The server did not accept it.", result.status);
}

/** A change of state that the server did not accept. */
export class Refusal extends Error {
  readonly status: OrchestrationResult["status"];

  constructor(reason: string, status: OrchestrationResult["status"]) {
    super(reason);
    this.status = status;
  }
}

/** Schedules runs of deployments again; returns how many were refused, and the first reason. */
export async function rescheduleRuns(ids: readonly string[], onProgress: OnProgress): Promise<Refusals> {
  return await proposeToAll(ids, onProgress, { state: askedRetry(), isMet: ({ status }) => status === "ACCEPT" });
}

function askedRetry(): StateCreate {
  return {
    type: "SCHEDULED",
    name: stateNames.awaitingRetry,
    message: "Retry asked for in the UI",
    state_details: { scheduled_time: new Date().toISOString() },
  };
}

function reasonIn(details: unknown): string | null {
  if (typeof details !== "object" || details === null || !("reason" in details)) return null;
  return typeof details.reason === "string" ? details.reason : null;
}

function chunks(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / bulkSize) }, (_, index) =>
    ids.slice(index * bulkSize, (index + 1) * bulkSize),
  );
}
