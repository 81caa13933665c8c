import type { Static } from "typebox";
import { Flow } from "../flows.ts";
import { route } from "../route.ts";
import { Maybe, Moment, MomentInput, Nullable, Open, Seconds, StateTypeName, Tags, Type, Uuid } from "../schema.ts";
import { FailureGroups } from "./failures.ts";
import { QuestionInList } from "./questions.ts";
import { FlowRunRow, RunBar, StateCounts } from "./runs.ts";
import { pagesTag } from "./tag.ts";
import { WorkPoolRow } from "./work-pools.ts";

const DashboardFlow = Open({
  flow: Flow,
  counts: StateCounts,
  /** Its last 20 runs, also those before the range. */
  recent: Type.Array(RunBar),
  last_failure: Nullable(
    Open({ flow_run_id: Uuid, name: Type.String(), message: Nullable(Type.String()), at: Moment }),
  ),
});

const DashboardInterval = Open({
  interval_start: Moment,
  interval_end: Moment,
  states: Type.Array(Open({ state_type: StateTypeName, state_name: Type.String(), count_runs: Type.Integer() })),
});

const AutomationInTrouble = Open({
  id: Uuid,
  name: Type.String(),
  /** How many of its actions failed, among the last 200 that failed. */
  failures: Type.Integer(),
  /** When the last one failed, and why. */
  at: Moment,
  reason: Nullable(Type.String()),
});

/** History and counts cover the runs expected in the range; `running`, `questions`, `waiting`, `upcoming` and `work_pools` show now, whatever the range. */
export const Dashboard = Open({
  /** Whether there is any run, of whatever time. */
  has_runs: Type.Boolean(),
  history: Type.Array(DashboardInterval),
  counts: StateCounts,
  /** The counts of the span of the same length before `since`. */
  previous_counts: StateCounts,
  task_counts: StateCounts,
  /** Runs that failed or crashed in the range, those with the same cause together, at most 10 groups. */
  failures: FailureGroups,
  /** Running, pending or cancelling, at most 20. */
  running: Type.Array(FlowRunRow),
  /** What paused runs ask of people, the first to time out first, then the longest wait, at most 20. */
  questions: Type.Array(QuestionInList),
  /** Late first, then others whose time has come, at most 20. */
  waiting: Type.Array(FlowRunRow),
  /** Scheduled for later, the earliest first, at most 10. */
  upcoming: Type.Array(FlowRunRow),
  /** Work pools with late runs that do not start, at most 5. */
  work_pools: Type.Array(WorkPoolRow),
  /** Automations with actions that failed in the range, the latest first, at most 5. */
  automations: Type.Array(AutomationInTrouble),
  /** Flows with runs in the range, most failures first, at most 50. */
  flows: Type.Array(DashboardFlow),
});
export type Dashboard = Static<typeof Dashboard>;

export const readDashboard = route({
  method: "POST",
  path: "/ui/dashboard",
  access: "read",
  summary: "Everything on the dashboard, in one answer",
  tag: pagesTag,
  body: Open({
    since: MomentInput,
    until: MomentInput,
    /** Bars of the history; 1 to 200. */
    buckets: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    /**
     * The start of the first bar, at or before `since`, and the length of each, so that bars can start on whole hours while the
     * counts cover the exact range. At most 200 bars; `buckets` is ignored then.
     */
    bars: Maybe(Open({ since: MomentInput, seconds: Seconds({ minimum: 1 }) })),
    /**
     * The start of each bar and the end of the last, for bars of different lengths, such as days around a clock change. The first
     * starts at or before `since`. All lengths are multiples of one that fits at most 2000 times; `bars` is ignored then.
     */
    edges: Maybe(Type.Array(MomentInput, { minItems: 2, maxItems: 201 })),
    tags: Maybe(Tags),
    flow_ids: Maybe(Type.Array(Uuid)),
    subflows: Maybe(Type.Boolean()),
  }),
  replies: { 200: Dashboard },
});
