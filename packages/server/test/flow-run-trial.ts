import { noTimes, type StateType, type Timestamp, toTimestamp } from "@ostinato/core";
import type { FlowRunPolicy, StateDetails } from "@ostinato/protocol";
import { orchestrate } from "../src/orchestration/engine.ts";
import {
  coreFlowRunRules,
  markLateRules,
  minimalFlowRunRules,
  transformFlowRun,
} from "../src/orchestration/flow-run-rule-sets.ts";
import type { FlowRunFacts, FlowRunSubject } from "../src/orchestration/flow-run-rules.ts";
import { type Proposal, proposalOf, type RunState } from "../src/orchestration/state.ts";

export const now = toTimestamp("2030-01-01T12:00:00Z");
/** The id of what the rules make. */
export const newId = "00000000-0000-7000-8000-0000000000ee";
export const before = (seconds: number) => (now - seconds * 1_000_000) as Timestamp;

/** A flow run that is asked to go from a state that it took ten seconds ago to another. */
export interface Given {
  readonly from: StateType | null;
  readonly name?: string;
  /** Ten seconds ago unless told. */
  readonly initialTimestamp?: Timestamp;
  readonly details?: StateDetails;
  readonly data?: unknown;
  readonly to: StateType;
  readonly toName?: string;
  readonly toDetails?: StateDetails;
  readonly toData?: unknown;
  readonly message?: string;
  readonly run?: Partial<FlowRunSubject>;
  readonly policy?: FlowRunPolicy;
  readonly facts?: Partial<FlowRunFacts>;
  readonly by?: "core" | "minimal" | "late";
}

const noFacts: FlowRunFacts = {
  lastSign: null,
  slots: null,
  room: [],
  client: { renewsLeases: false, takesSlots: false },
  restartsLeft: 0,
};

const ruleSets = { core: coreFlowRunRules, minimal: minimalFlowRunRules, late: markLateRules };

/** Asks the rules, without a database. */
export async function decide(given: Given) {
  const {
    from,
    name,
    details = {},
    data = null,
    to,
    toName,
    toDetails,
    toData,
    message,
    run,
    policy,
    by,
    facts,
  } = given;
  const initial: RunState | null =
    from === null
      ? null
      : {
          ...proposalOf(
            { type: from, ...(name === undefined ? {} : { name }), state_details: details, data },
            before(9),
          ),
          id: "00000000-0000-7000-8000-000000000001",
          timestamp: given.initialTimestamp ?? before(10),
        };
  const proposed: Proposal = proposalOf(
    {
      type: to,
      data: toData ?? null,
      ...(toName === undefined ? {} : { name: toName }),
      ...(message === undefined ? {} : { message }),
      state_details: toDetails ?? {},
    },
    now,
  );
  const subject: FlowRunSubject = {
    ...noTimes,
    id: "00000000-0000-7000-8000-0000000000aa",
    deployment_id: null,
    deployment: null,
    parent_task_run_id: null,
    infrastructure_pid: null,
    isPlaceLimited: false,
    policy: policy ?? {},
    ...run,
  };
  return orchestrate(
    {
      ruleSet: ruleSets[by ?? "core"],
      transform: transformFlowRun,
      load: async (fact) => ({ ...noFacts, ...facts })[fact],
    },
    { run: subject, initial, proposed, now, newId: () => newId, random: () => 0.5 },
  );
}
