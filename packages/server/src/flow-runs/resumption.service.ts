import { stateNames } from "@ostinato/core";
import type { OrchestrationResult, StateCreate, StateDetails } from "@ostinato/protocol";
import type { Writer } from "../db/dialect.ts";
import { writeJson } from "../db/json-text.ts";
import * as inputs from "../flow-run-inputs/flow-run-inputs.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { isFresh, presentState } from "../orchestration/state.presenter.ts";
import { stateOfRun } from "../orchestration/state.rows.ts";
import type { RunState } from "../orchestration/state.ts";
import { HydrationError, hydrated } from "../user-input/hydration.rules.ts";
import { problemWithInput } from "../user-input/input-problem.rules.ts";
import { withVariables } from "../variables/variables.service.ts";
import { flowRunForChange } from "./related.queries.ts";
import { type Proposed, proposeIn } from "./transitions.service.ts";

export interface Answer {
  readonly input?: Readonly<Record<string, unknown>> | null | undefined;
  /** The state that is answered; by default the one in which the run is. */
  readonly answers?: string | null | undefined;
  /** Who answers. */
  readonly by: NonNullable<StateDetails["asked_by"]>;
}

/** Lets a paused run go on: where it stands, or, if it was suspended, from the beginning and as soon as possible. */
export async function resume(context: Context, id: string, { input, ...answer }: Answer): Promise<Proposed> {
  const begun = context.clock.now();
  const result = await unit(context, (unit) => resumeIn(unit, { ...answer, id, input: input ?? {} }));
  return { result, fresh: isFresh(result.state, begun) };
}

interface Resumption {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly answers?: Answer["answers"];
  readonly by: Answer["by"];
}

async function resumeIn(unit: Unit, { id, input, answers, by }: Resumption): Promise<OrchestrationResult> {
  const { tx } = unit;
  const found = await flowRunForChange(tx, id);
  if (found === undefined) throw absent("Flow run");
  const paused = stateOfRun(found.row);
  if (paused?.type !== "PAUSED") return notPaused;
  if (answers !== null && answers !== undefined && answers.toLowerCase() !== paused.id) return asksOtherwise;
  const keys = paused.details.run_input_keyset ?? null;
  const state = { ...nextState(paused), state_details: { asked_by: by } };
  if (keys === null) return proposeIn(unit, { id, state, ruleSet: "core" });
  const checked = await checkedInput(tx, { id, input }, keys.schema ?? "");
  if ("problem" in checked) return refusedInput(paused, checked.problem);
  const result = await proposeIn(unit, { id, state, ruleSet: "core" });
  if (keys.response !== undefined && result.status === "ACCEPT" && !isEmpty(checked.value)) {
    // Somebody may have kept a value under this key by hand: the answer that is acknowledged is the one that counts.
    await inputs.forgetIn(tx, id, [keys.response]);
    await inputs.createIn(unit.context, tx, { flowRunId: id, key: keys.response, value: writeJson(checked.value) });
  }
  return result;
}

const notPaused: OrchestrationResult = {
  state: null,
  status: "ABORT",
  details: { type: "abort_details", reason: "Cannot resume a flow run that is not paused." },
};

const asksOtherwise: OrchestrationResult = {
  state: null,
  status: "ABORT",
  details: { type: "abort_details", reason: "The flow run has gone on since then, and asks for something else now." },
};

type Checked = { readonly value: unknown } | { readonly problem: string };

async function checkedInput(
  tx: Writer,
  { id, input }: Pick<Resumption, "id" | "input">,
  schemaKey: string,
): Promise<Checked> {
  const meant = await hydratedInput(tx, input);
  if ("problem" in meant) return meant;
  const schema = await inputs.valueIn(tx, id, schemaKey);
  const problem = schema === undefined ? "Run input schema not found." : problemWithInput(meant.value, schema);
  return problem === undefined ? meant : { problem };
}

async function hydratedInput(tx: Writer, input: unknown): Promise<Checked> {
  const { templates } = await import("../user-input/templates.rules.ts");
  try {
    return { value: await withVariables(tx, (readVariable) => hydrated(input, templates, readVariable)) };
  } catch (error) {
    if (error instanceof HydrationError) return { problem: `Error hydrating run input: ${error.message}` };
    throw error;
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** The details are those of an abortion: so Prefect's clients read them. */
function refusedInput(paused: RunState, reason: string): OrchestrationResult {
  return { state: presentState(paused), status: "REJECT", details: { type: "abort_details", reason } };
}

function nextState(paused: RunState): StateCreate {
  return paused.details.pause_reschedule === true
    ? { type: "SCHEDULED", name: stateNames.resuming }
    : { type: "RUNNING" };
}
