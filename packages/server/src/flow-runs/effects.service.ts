import { stateNames, type Timestamp } from "@ostinato/core";
import type { StateCreate } from "@ostinato/protocol";
import * as artifacts from "../artifacts/artifacts.service.ts";
import * as runSlots from "../concurrency-limits/run-slots.service.ts";
import { readOptionalJson, readPlainJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import * as inputs from "../flow-run-inputs/flow-run-inputs.service.ts";
import * as heartbeats from "../heartbeats/heartbeats.service.ts";
import type { Unit } from "../kernel/unit.ts";
import type { EffectHandlers } from "../orchestration/engine.ts";
import type { FlowRunEffects } from "../orchestration/flow-run-rules.ts";
import type { RunState } from "../orchestration/state.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";
import * as queries from "./flow-runs.queries.ts";
import { type RelatedResources, stateEvent } from "./state-event.ts";
import { cancellationOfSubflow } from "./subflow-cancellation.rules.ts";

/** A flow run that goes from one state to another in a unit of work. */
export interface Move {
  readonly unit: Unit;
  /** The run as it has become. */
  readonly row: FlowRunRow;
  readonly related: RelatedResources;
  readonly initial: RunState | null;
  readonly written: RunState;
  /** Moves another run in the same unit, bypassing the rules for clients. */
  readonly force: (id: string, state: StateCreate, at: Timestamp) => Promise<unknown>;
  /** Proposes a further state for the same run, now and by the rules for clients. */
  readonly again: (state: StateCreate) => Promise<unknown>;
}

/** The handler of each effect of a flow run's transition. A new effect without one does not compile. */
export const effectHandlers: EffectHandlers<FlowRunEffects, Move> = {
  "record-event": ({ unit, ...move }) => events.recordNew(unit, [eventOf(move)]),

  mirror: ({ unit, row, written }, { taskRunId }) =>
    taskRuns.mirror(unit, { taskRunId, flowRunId: row.id, state: written }),

  "keep-result": ({ unit, row, written }) =>
    artifacts.keepResult(unit, written, { flow_run_id: row.id, task_run_id: null }),

  "note-heartbeat": ({ unit, row, written }, { intervalSeconds, process }) =>
    heartbeats.recordProposer(unit, { flowRunId: row.id, occurred: written.timestamp, intervalSeconds, process }),

  "end-open-task-runs": ({ unit, row }, { why, until }) =>
    taskRuns.endAbandoned(unit, { flowRunId: row.id, why, until }),

  async "cancel-subflows"({ unit, row, written, force }) {
    for (const subflow of await queries.openSubflows(unit.tx, row.id)) {
      const state = cancellationOfSubflow(subflow);
      if (state !== undefined) await force(subflow.id, state, written.timestamp);
    }
  },

  "forget-inputs": ({ unit, row }, { keys }) => inputs.forgetIn(unit.tx, row.id, keys),

  "hold-slot": ({ unit, row }, { limitId, leaseId, seconds }) =>
    runSlots.hold(unit, { flowRunId: row.id, limitId, leaseId, seconds }),

  "release-slot": ({ unit }, { leaseId }) => runSlots.release(unit, leaseId),

  "release-all-slots": ({ unit, row }) => runSlots.releaseAll(unit, row.id),

  "forget-signs": ({ unit, row }) => heartbeats.forget(unit, row.id),

  async restart({ again }) {
    await again({
      type: "SCHEDULED",
      name: stateNames.restarting,
      message: "The run crashed, and its deployment starts such runs again.",
    });
  },
};

function eventOf({ row, related, initial, written }: Pick<Move, "row" | "related" | "initial" | "written">) {
  const { id, name, run_count: runCount, tags, created_by } = row;
  const run = {
    id,
    name,
    runCount,
    tags: readPlainJson<string[]>(tags),
    createdBy: readOptionalJson<object>(created_by),
  };
  return stateEvent({ run, related, initial, written });
}
