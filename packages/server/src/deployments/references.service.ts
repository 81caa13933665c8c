import type { DeploymentCreate, DeploymentUpdate } from "@ostinato/protocol";
import { hasBlockDocument } from "../block-documents/block-documents.service.ts";
import { limitOfDeployment, limitsByIds } from "../concurrency-limits/concurrency-limits.service.ts";
import type { Reader } from "../db/dialect.ts";
import { storableOrNull } from "../db/json-text.ts";
import { absent, invalid, refused } from "../kernel/errors.ts";
import type { Unit } from "../kernel/unit.ts";
import { claimLooseQueue, claimPlace } from "../work-queues/claimed-places.service.ts";
import type { GivenColumns } from "./given-columns.presenter.ts";

type Given = DeploymentCreate | DeploymentUpdate;

/** A limit of its own, or one that it shares with others. */
export function refuseTwoLimits({ concurrency_limit, global_concurrency_limit_id }: Given): void {
  if (!concurrency_limit || !global_concurrency_limit_id) return;
  const msg = "Value error, A deployment cannot have both a concurrency limit and a global concurrency limit.";
  throw invalid([{ type: "value_error", loc: ["body"], msg }]);
}

/**
 * The columns of the limit that the request gives. What it says of its own limit is done by `putLimit`, once the deployment is there.
 * Throws a 404 where it names one that is not there.
 */
export async function limitColumns({ context, tx }: Unit, given: Given): Promise<GivenColumns> {
  const { concurrency_limit, global_concurrency_limit_id: named } = given;
  if (named) {
    const limit = (await limitsByIds(tx, [named.toLowerCase()], context.clock.now())).get(named.toLowerCase());
    if (limit === undefined) throw absent("Concurrency limit");
    return { concurrency_limit_id: limit.id, concurrency_limit: limit.limit };
  }
  if (concurrency_limit !== undefined && concurrency_limit !== null) return { concurrency_limit };
  const isTaken = concurrency_limit === null || named === null;
  return isTaken ? { concurrency_limit: null, concurrency_limit_id: null } : {};
}

/** Gives the deployment the limit of its own that the request says, or takes it away where it `had` one. */
export async function putLimit(
  unit: Unit,
  { id, had }: { readonly id: string; readonly had: boolean },
  { concurrency_limit: limit, global_concurrency_limit_id: named }: Given,
): Promise<void> {
  if (named) return;
  if (limit !== undefined && limit !== null) await limitOfDeployment(unit, id, limit);
  else if (had && (limit === null || named === null)) await limitOfDeployment(unit, id, null);
}

/** Refuses blocks that are not there. */
export async function refuseMissingBlocks(
  reader: Reader,
  { infrastructure_document_id, storage_document_id }: Given,
): Promise<void> {
  const given = { infrastructure: infrastructure_document_id, storage: storage_document_id };
  for (const [kind, id] of Object.entries(given)) {
    if (id && !(await hasBlockDocument(reader, id.toLowerCase()))) throw missingBlock(kind, id);
  }
}

function missingBlock(kind: string, id: string) {
  return refused(
    "DATA_CONFLICT",
    `Error creating deployment. Could not find ${kind} block with id: ${id}. This usually occurs when applying a deployment specification that was built against a different Prefect database / workspace.`,
  );
}

/**
 * The columns of the work queue that the names lead to; a queue that is not there is made. A pool that is null takes a deployment that
 * is changed off its queue, and says nothing of one that is created, as in Prefect.
 */
export async function queueColumns(unit: Unit, given: Given, how: "create" | "change"): Promise<GivenColumns> {
  const { work_pool_name: pool, work_queue_name: queue } = given;
  const named = queue === undefined ? {} : { work_queue_name: storableOrNull(queue) };
  if (pool) {
    const place = await claimPlace(unit, { pool, queue: queue || null });
    return { ...named, work_queue_id: place.queue.id };
  }
  if (pool === null && how === "change") return { ...named, work_queue_id: null };
  if (queue) return { ...named, work_queue_id: (await claimLooseQueue(unit, queue)).queue.id };
  return named;
}
