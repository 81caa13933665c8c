import type { Static } from "typebox";
import { GlobalConcurrencyLimit, LeaseHolder } from "../concurrency-limits.ts";
import { route } from "../route.ts";
import { Enum, Maybe, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/**
 * What makes a limit. `global`: a person, by a name. `tag`: a person, for the tasks with a tag. `deployment`: a deployment, for its own
 * runs. `key`: the code of a flow or a task, which makes it when it is first needed.
 */
export const limitKinds = ["global", "tag", "deployment", "key"] as const;
export type LimitKind = (typeof limitKinds)[number];

const DeploymentName = Open({ id: Uuid, name: Type.String(), flow_name: Type.String() });

/** A limit as a row of the list. */
export const LimitRow = Open({
  ...GlobalConcurrencyLimit.properties,
  kind: Enum(limitKinds),
  /** When all slots of a rate are free again, if nobody takes more; null where slots are given back. */
  empty_at: Nullable(Moment),
  /** The deployment whose runs the limit counts; of several the first by name. */
  deployment: Nullable(DeploymentName),
  /** How many wait for slots. */
  waiting: Type.Integer(),
  /** Since when the first in line waits. */
  waiting_since: Nullable(Moment),
  /** Since when all slots have been taken, as far as holders and waiters show it; null while some are free. */
  full_since: Nullable(Moment),
});
export type LimitRow = Static<typeof LimitRow>;

/** Who holds slots of a limit, or waits for some: a flow run, a task run, or a program without a run. */
export const SlotUser = Open({
  flow_run_id: Nullable(Uuid),
  flow_run_name: Nullable(Type.String()),
  task_run_id: Nullable(Uuid),
  task_run_name: Nullable(Type.String()),
  /** Whom the program named, whether or not it is known. */
  holder: Nullable(LeaseHolder),
  /** The state of the task run, or else of the flow run. */
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  slots: Type.Integer(),
  since: Moment,
});
export type SlotUser = Static<typeof SlotUser>;

/** A holder has a lease. Without an end it lasts until its holder gives the slots back or ends. */
export const LimitHolder = Open({
  ...SlotUser.properties,
  lease_id: Uuid,
  /** When the slots become free unless the holder renews its lease. */
  lease_ends: Nullable(Moment),
});
export type LimitHolder = Static<typeof LimitHolder>;

/** At most 50 of those who hold slots, the earliest first, and of those who wait, the first in line first. */
export const ConcurrencyLimitPage = Open({
  limit: LimitRow,
  holders: Type.Array(LimitHolder),
  holder_count: Type.Integer(),
  waiting: Type.Array(SlotUser),
  waiting_count: Type.Integer(),
  /** Deployments whose runs take slots of the limit, at most 50. */
  deployments: Type.Array(DeploymentName),
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

export const listConcurrencyLimits = route({
  method: "POST",
  path: "/ui/concurrency_limits/list",
  access: "read",
  summary: "Concurrency limits by name, with what is taken and who waits",
  tag: pagesTag,
  body: Open({
    /** Part of the name. */
    text: Maybe(Type.String({ maxLength: 200 })),
    kinds: Maybe(Type.Array(Enum(limitKinds), { maxItems: limitKinds.length })),
    /** Only limits for whose slots somebody waits. */
    awaited: Maybe(Type.Boolean()),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    offset: Maybe(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      results: Type.Array(LimitRow),
      count: Type.Integer(),
      /** How many limits there are of each kind, whatever was asked for. */
      kinds: Open({ global: Type.Integer(), tag: Type.Integer(), deployment: Type.Integer(), key: Type.Integer() }),
    }),
  },
});
