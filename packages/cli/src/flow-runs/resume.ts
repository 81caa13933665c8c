import type { Client } from "@ostinato/client";
import { type FlowRun, type OrchestrationResult, resumeFlowRun } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { say, sayJson } from "../output/output.ts";
import { oneLine } from "../output/text.ts";
import { type Parameters, signature } from "../run/parameters.ts";
import { canAsk } from "./ask-answer.ts";
import { findFlowRun } from "./find.ts";
import { fieldsOf, readInput } from "./given-answer.ts";
import { type Question, questionOf } from "./question.ts";

export interface ResumeOptions {
  /** Each a JSON object, `name=value` or `@file`. */
  readonly input?: readonly string[];
  readonly json?: boolean;
}

/** Lets a paused run go on, with the answer that it waits for. */
export function resume(wanted: string, { input, json }: ResumeOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const run = await findFlowRun(client, wanted);
    if (run.state_type !== "PAUSED") throw notPaused(run);
    const question = await questionOf(client, run);
    if (input === undefined && needsAnswer(question)) {
      if (!canAsk()) throw needsInput(run, question);
      return await answerOnTerminal(client, { run, question, json });
    }
    const answer = await send(client, run, readInput(input ?? [], question.schema) ?? {});
    if (answer.status !== "ACCEPT") throw refused(run, answer, question);
    sayResumed(run, answer, json);
  });
}

/** Whether the run can't go on by the defaults of its fields. */
function needsAnswer({ schema }: Question): boolean {
  return fieldsOf(schema).some(({ isRequired }) => isRequired);
}

interface Asked {
  readonly run: FlowRun;
  readonly question: Question;
  readonly json: boolean | undefined;
}

/** Asks until the server takes the answer. */
async function answerOnTerminal(client: Client, { run, question, json }: Asked): Promise<void> {
  const { askAnswer, sayProblem } = await import("./ask-answer.ts");
  for (;;) {
    const given = await askAnswer(question);
    if (given === undefined) throw new CliError("Nothing was sent.", { exitCode: exitCodes.cancelled });
    const answer = await send(client, run, given);
    if (answer.status === "ACCEPT") return sayResumed(run, answer, json);
    if (answer.state?.type !== "PAUSED") throw refused(run, answer, question);
    sayProblem(reasonOf(answer));
  }
}

function send(client: Client, { id, state_id }: FlowRun, input: Parameters): Promise<OrchestrationResult> {
  // Sent once: of two answers one is taken, and a lost acknowledgement must not look like a refusal.
  return client.call(resumeFlowRun, {
    params: { id },
    // The run may have been answered by somebody else since its question was read, and ask for something else by now.
    body: { run_input: { ...input }, answers: state_id },
    retries: 0,
  });
}

function sayResumed(run: FlowRun, { state }: OrchestrationResult, json: boolean | undefined): void {
  const name = oneLine(run.name);
  if (json) sayJson({ flow_run_id: run.id, name: run.name, state: state?.name, state_type: state?.type });
  else if (state?.type === "SCHEDULED") say(`Flow run ${name} is scheduled to go on.`);
  else say(`Flow run ${name} goes on.`);
}

function notPaused({ name, state_name }: FlowRun): CliError {
  return new CliError(
    `Flow run ${oneLine(name)} is ${state_name ?? "in no state"}: it does not wait to be resumed. "ostinato flow-run ls --state paused" lists those that do.`,
  );
}

function needsInput({ name }: FlowRun, { schema }: Question): CliError {
  const [first] = fieldsOf(schema).filter(({ isRequired }) => isRequired);
  return usageError(
    `Flow run ${oneLine(name)} waits for an answer: ${signature(schema)}. Give it with --input ${first?.name}=…`,
  );
}

function refused({ name }: FlowRun, answer: OrchestrationResult, { schema }: Question): CliError {
  const isWrong = answer.state?.type === "PAUSED";
  const takes = isWrong && schema !== undefined ? ` It takes: ${signature(schema)}.` : "";
  return new CliError(
    `Flow run ${oneLine(name)} was not resumed: ${reasonOf(answer)}${takes}`,
    isWrong ? { exitCode: exitCodes.usage } : {},
  );
}

function reasonOf({ details, state }: OrchestrationResult): string {
  const reason = "reason" in details ? details.reason : null;
  return reason ?? `it is ${state?.name ?? "not paused any more"}.`;
}
