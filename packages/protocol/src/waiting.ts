import type { Static } from "typebox";
import { route } from "./route.ts";
import { ById, Enum, Moment, Nullable, Open, Type, Uuid } from "./schema.ts";

/** Who holds slots of a limit: `flow_run_id` is null for slots that a program took by name. */
export const SlotHolder = Open({
  flow_run_id: Nullable(Uuid),
  flow_run_name: Nullable(Type.String()),
  since: Moment,
});
export type SlotHolder = Static<typeof SlotHolder>;

/**
 * What keeps a run from proceeding. `not-due`: its time has not come. `limit`: all slots of a limit are taken. `behind`: other runs
 * go first. `due`: nothing keeps it, it is about to be taken. `starting`: its process is being started.
 */
export const waitingCauses = [
  "not-due",
  "retry",
  "deployment-gone",
  "deployment-not-served",
  "work-pool-gone",
  "work-pool-paused",
  "work-queue-paused",
  "no-worker",
  "limit",
  "behind",
  "due",
  "starting",
  "dependencies",
  "paused",
  "cancelling",
] as const;
export type WaitingCause = (typeof waitingCauses)[number];

const Obstacle = {
  cause: Enum(waitingCauses),
  reason: Type.String(),
  /** A way to make the run proceed. */
  hint: Nullable(Type.String()),
};

/** The reason why a run does not proceed. */
export const Waiting = Open({
  ...Obstacle,
  since: Moment,
  until: Nullable(Moment),
  /** What would keep the run after that. */
  also: Type.Array(Open(Obstacle)),
  /** The line for slots of a limit, or for the workers of a pool, in which the run waits. */
  line: Nullable(
    Open({
      /** 1 for the first. */
      place: Type.Integer(),
      /** At most 1,000 are counted. */
      length: Type.Integer(),
      /** Some of those who hold the slots, the earliest first. */
      holders: Type.Array(SlotHolder),
      /** The name of the limit; null for a line that is not that of a concurrency limit. */
      limit: Nullable(Type.String()),
    }),
  ),
});
export type Waiting = Static<typeof Waiting>;

export const readWaiting = route({
  method: "GET",
  path: "/flow_runs/{id}/waiting",
  access: "read",
  summary: "Why a flow run does not proceed, and what would make it; null for a run that proceeds or has ended",
  tag: "Flow runs",
  params: ById,
  replies: { 200: Nullable(Waiting) },
});
