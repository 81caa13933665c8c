import type { Static } from "typebox";
import { route } from "./route.ts";
import {
  ById,
  Enum,
  IndexedText,
  Integer32,
  Maybe,
  Moment,
  MomentInput,
  Nullable,
  Open,
  StateTypeName,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

/** The details of a state. All fields may be left out or null. */
export const StateDetails = Open({
  flow_run_id: Maybe(Uuid),
  task_run_id: Maybe(Uuid),
  child_flow_run_id: Maybe(Uuid),
  scheduled_time: Maybe(MomentInput),
  cache_key: Maybe(IndexedText),
  cache_expiration: Maybe(MomentInput),
  deferred: Maybe(Type.Boolean()),
  untrackable_result: Maybe(Type.Boolean()),
  pause_timeout: Maybe(MomentInput),
  pause_reschedule: Maybe(Type.Boolean()),
  pause_key: Maybe(Type.String()),
  run_input_keyset: Maybe(Type.Record(Type.String(), Type.String())),
  refresh_cache: Maybe(Type.Boolean()),
  retriable: Maybe(Type.Boolean()),
  transition_id: Maybe(Uuid),
  task_parameters_id: Maybe(Uuid),
  traceparent: Maybe(Type.String()),
  deployment_concurrency_lease_id: Maybe(Uuid),
  /** Ostinato's own, of a state that an error led to: its class, its stack, and the first frame of the user's own code. */
  error_name: Type.Optional(Type.String()),
  error_stack: Type.Optional(Type.String()),
  error_location: Type.Optional(Type.String()),
  /** Ostinato's own, of a state that the process of a flow run proposes: how often it gives a sign of life. */
  heartbeat_seconds: Type.Optional(Integer32({ minimum: 1 })),
  /** Ostinato's own, beside it: the process, as a server on the same machine finds it. */
  process: Type.Optional(Type.String({ maxLength: 300 })),
  /** Ostinato's own, of a CRASHED state: the process is gone, or its signs of life were missed and it may be alive all the same. */
  process_lost: Type.Optional(Type.Boolean()),
  /**
   * Ostinato's own: the id of the PENDING state by which the process has taken the run. A proposal with a claim that is not the run's
   * any more is aborted.
   */
  claim: Type.Optional(Uuid),
  /**
   * Ostinato's own, of the state by which a paused run goes on: from where it was resumed (`page`, `command-line`, `prefect 3.9.1`, `api`),
   * and by which user, where the server knows one.
   */
  asked_by: Type.Optional(Open({ from: Type.String({ maxLength: 100 }), user: Nullable(Type.String()) })),
});
export type StateDetails = Static<typeof StateDetails>;

export const StateCreate = Strict({
  type: StateTypeName,
  name: Maybe(Type.String()),
  message: Maybe(Type.String()),
  data: Type.Optional(Type.Unknown()),
  state_details: Maybe(StateDetails),
});
export type StateCreate = Static<typeof StateCreate>;

export const State = Open({
  id: Uuid,
  type: StateTypeName,
  name: Type.String(),
  timestamp: Moment,
  message: Nullable(Type.String()),
  data: Type.Unknown(),
  state_details: StateDetails,
});
export type State = Static<typeof State>;

export const SetState = Open({ state: StateCreate, force: Maybe(Type.Boolean()) });
export type SetState = Static<typeof SetState>;

export const SetStateStatus = Enum(["ACCEPT", "REJECT", "ABORT", "WAIT"] as const);
export type SetStateStatus = Static<typeof SetStateStatus>;

/** The server's decision on a proposed state; `state` is the present state of the run. */
export const OrchestrationResult = Open({
  state: Nullable(State),
  status: SetStateStatus,
  details: Type.Union([
    Open({ type: Type.Literal("accept_details") }),
    Open({ type: Type.Literal("reject_details"), reason: Nullable(Type.String()) }),
    Open({ type: Type.Literal("abort_details"), reason: Nullable(Type.String()) }),
    Open({ type: Type.Literal("wait_details"), delay_seconds: Type.Integer(), reason: Nullable(Type.String()) }),
  ]),
});
export type OrchestrationResult = Static<typeof OrchestrationResult>;

export const readFlowRunState = route({
  method: "GET",
  path: "/flow_run_states/{id}",
  access: "read",
  summary: "Read one state of a flow run",
  tag: "Flow run states",
  params: ById,
  replies: { 200: State },
});

export const listFlowRunStates = route({
  method: "GET",
  path: "/flow_run_states/",
  access: "read",
  summary: "Read all states of a flow run, oldest first",
  tag: "Flow run states",
  query: Open({ flow_run_id: Uuid }),
  replies: { 200: Type.Array(State) },
});

export const readTaskRunState = route({
  method: "GET",
  path: "/task_run_states/{id}",
  access: "read",
  summary: "Read one state of a task run",
  tag: "Task run states",
  params: ById,
  replies: { 200: State },
});

export const listTaskRunStates = route({
  method: "GET",
  path: "/task_run_states/",
  access: "read",
  summary: "Read all states of a task run, oldest first",
  tag: "Task run states",
  query: Open({ task_run_id: Uuid }),
  replies: { 200: Type.Array(State) },
});
