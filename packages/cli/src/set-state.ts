import { defaultStateName, type StateType } from "@ostinato/core";
import { type OrchestrationResult, setFlowRunState, setTaskRunState } from "@ostinato/protocol";
import { withServer } from "./connect.ts";
import { CliError, usageError } from "./errors.ts";
import { findFlowRun } from "./flow-runs/find.ts";
import { say, sayJson } from "./output/output.ts";
import { oneLine } from "./output/text.ts";
import { readPage } from "./task-runs/task-runs.ts";

/** The states that a person may set. Others follow from what a process does. */
const settable: readonly StateType[] = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"];

export interface SetStateOptions {
  readonly reason: string;
  readonly json?: boolean;
}

/** Sets the state of a flow run by hand, whatever it is in. */
export function setStateOfFlowRun(wanted: string, state: string, options: SetStateOptions): Promise<void> {
  const body = bodyOf(state, options);
  return withServer(async ({ client }) => {
    const { id, name, state_type } = await findFlowRun(client, wanted);
    const answer = await client.call(setFlowRunState, { params: { id }, body });
    const isOpen = state_type !== null && !settable.includes(state_type);
    const hint = isOpen
      ? " A process that still runs learns of it when it next reports a state; cancel ends the process."
      : "";
    report(answer, { what: "Flow run", id, name, hint, json: options.json });
  });
}

/** The same for a task run. */
export function setStateOfTaskRun(wanted: string, state: string, options: SetStateOptions): Promise<void> {
  const body = bodyOf(state, options);
  return withServer(async ({ client }) => {
    const { id, name } = (await readPage(client, wanted)).task_run;
    const answer = await client.call(setTaskRunState, { params: { id }, body });
    report(answer, { what: "Task run", id, name, hint: "", json: options.json });
  });
}

function bodyOf(given: string, { reason }: SetStateOptions) {
  const type = settable.find((one) => one === given.toUpperCase());
  if (type === undefined) {
    const names = settable.map((one) => one.toLowerCase()).join(", ");
    throw usageError(
      `${JSON.stringify(given)} can't be set by hand. Give one of: ${names}. Other states follow from what a process does.`,
    );
  }
  if (reason.trim() === "") throw usageError("--reason is empty. Say why the state is set by hand.");
  const message = `Set by hand on the command line: ${reason.trim()}`;
  return { state: { type, name: defaultStateName[type], message }, force: true };
}

interface Reported {
  readonly what: string;
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly json: boolean | undefined;
}

function report({ status, state, details }: OrchestrationResult, { what, id, name, hint, json }: Reported): void {
  if (status !== "ACCEPT") {
    const reason = ("reason" in details ? details.reason : null) ?? `it is ${state?.name ?? "gone"}.`;
    throw new CliError(`${what} ${oneLine(name)} was not changed: ${reason}`);
  }
  if (json) sayJson({ id, name, state: state?.name, state_type: state?.type });
  else say(`${what} ${oneLine(name)} is ${state?.name} now.${hint}`);
}
