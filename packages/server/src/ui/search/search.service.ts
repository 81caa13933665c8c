import { isFailure, isUuid } from "@ostinato/core";
import type { ReplyOf, search } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import type { Context } from "../../kernel/context.ts";
import { knownNames } from "../events/event-list.service.ts";
import { openQuestions } from "../questions/questions.service.ts";
import { presentCause } from "../runs/cause.presenter.ts";
import { causesOf } from "../runs/cause.service.ts";
import * as queries from "./search.queries.ts";

/** Finds rows by a part of their name or by their id; flows first, then the most recent runs. */
export async function find(context: Context, text: string, limit: number): Promise<ReplyOf<typeof search>> {
  const { db } = context;
  const wanted = text.trim();
  if (wanted === "") return { hits: [] };
  if (isUuid(wanted)) return { hits: await withCauses(db, await queries.byId(db, wanted.toLowerCase())) };
  const found = await Promise.all([
    questions(context, wanted, limit),
    queries.flows(db, wanted, limit),
    queries.deployments(db, wanted, limit),
    queries.workPools(db, wanted, limit),
    queries.workQueues(db, wanted, limit),
    queries.concurrencyLimits(db, wanted, limit),
    queries.flowRuns(db, wanted, limit),
    queries.artifacts(db, wanted, limit),
    queries.taskRuns(db, wanted, limit),
    queries.blocks(db, wanted, limit),
    queries.variables(db, wanted, limit),
    queries.automations(db, wanted, limit),
    queries.webhooks(db, wanted, limit),
    queries.assets(db, wanted, limit),
    eventTypes(db, wanted, limit),
  ]);
  return { hits: await withCauses(db, fairShares(found, limit)) };
}

/** Names of events that have the text in them. */
async function eventTypes(db: Database, text: string, limit: number): Promise<queries.HitRow[]> {
  const wanted = text.toLowerCase();
  const names = (await knownNames(db.slow, maxNames)).filter((name) => name.toLowerCase().includes(wanted));
  return names
    .slice(0, limit)
    .map((name) => ({ kind: "event-type", id: name, name, detail: null, state_type: null, state_name: null }));
}

const maxNames = 500;

const allRuns = { tags: [], flowIds: [] };
const maxQuestions = 200;

/** What paused runs ask, by its title or its run. */
async function questions(context: Context, text: string, limit: number): Promise<queries.HitRow[]> {
  const open = await openQuestions(context, allRuns, maxQuestions);
  const wanted = text.toLowerCase();
  return open
    .filter(({ title, flow_run_name }) => `${title ?? ""}\n${flow_run_name}`.toLowerCase().includes(wanted))
    .map(({ flow_run_id, flow_run_name, flow_name, title }) => ({
      kind: "question" as const,
      id: flow_run_id,
      name: title ?? flow_run_name,
      detail: title === null ? flow_name : `${flow_run_name} · ${flow_name}`,
      state_type: null,
      state_name: null,
    }))
    .slice(0, limit);
}

/** A failed run says why beside its flow. */
async function withCauses(db: Database, hits: readonly queries.HitRow[]): Promise<queries.HitRow[]> {
  const failed = hits.filter(
    ({ kind, state_type }) => kind === "flow-run" && state_type !== null && isFailure(state_type),
  );
  const causes = await causesOf(
    db,
    failed.map(({ id }) => id),
  );
  return hits.map((hit) => {
    const cause = presentCause(causes.get(hit.id));
    return cause === null ? hit : { ...hit, detail: `${hit.detail} · ${cause.message}` };
  });
}

/** Each kind gets its share of the list; unused places go to the others, in order. */
function fairShares<T>(kinds: readonly (readonly T[])[], limit: number): T[] {
  const share = Math.ceil(limit / kinds.length);
  let spare = limit - kinds.reduce((sum, hits) => sum + Math.min(share, hits.length), 0);
  return kinds
    .flatMap((hits) => {
      const extra = Math.min(Math.max(0, spare), Math.max(0, hits.length - share));
      spare -= extra;
      return hits.slice(0, share + extra);
    })
    .slice(0, limit);
}
