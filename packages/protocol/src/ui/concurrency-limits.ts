import type { Static } from "typebox";
import { GlobalConcurrencyLimit } from "../concurrency-limits.ts";
import { route } from "../route.ts";
import { Moment, Nullable, Open, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** Who holds slots of a limit, or waits for some: a flow run, a task run, or a program without a run. */
export const SlotUser = Open({
  flow_run_id: Nullable(Uuid),
  flow_run_name: Nullable(Type.String()),
  task_run_id: Nullable(Uuid),
  task_run_name: Nullable(Type.String()),
  slots: Type.Integer(),
  since: Moment,
});
export type SlotUser = Static<typeof SlotUser>;

/** At most 50 of those who hold slots, the earliest first, and of those who wait, the first in line first. */
export const ConcurrencyLimitPage = Open({
  limit: GlobalConcurrencyLimit,
  holders: Type.Array(SlotUser),
  waiting: Type.Array(SlotUser),
  waiting_count: Type.Integer(),
});
export type ConcurrencyLimitPage = Static<typeof ConcurrencyLimitPage>;

export const readConcurrencyLimitPage = route({
  method: "GET",
  path: "/ui/concurrency_limits/{id_or_name}",
  access: "read",
  summary: "A concurrency limit with those who hold its slots and those who wait for some",
  tag: pagesTag,
  params: Open({ id_or_name: Type.String() }),
  replies: { 200: ConcurrencyLimitPage },
});
