import { isNotFound } from "@ostinato/client";
import type { Decision } from "@ostinato/client/flow-run-states";
import { type Duration, durationSeconds, jsonText, stateNames, withBigInts } from "@ostinato/core";
import type { createFlowRunInput, FlowRun, readFlowRunInput } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import type { FlowRunStates } from "../context.ts";
import { Cancelled, PauseTimeout, RunAborted } from "../errors.ts";
import { problemList } from "../failures/problem-list.ts";
import { checkJsonValue } from "../inputs/checked-value.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { Scope } from "../scope.ts";
import { redactInside } from "../secrets/redaction.ts";
import { untilRun } from "../session/run-watch.ts";
import type { Session } from "../session/session.ts";
import { type AnswerSchema, answerSchema } from "./answer-schema.ts";

/** The flow run that pauses. */
export interface PausedFlow {
  readonly session: Session;
  readonly scope: Scope;
  readonly id: string;
  readonly name: string;
  readonly states: FlowRunStates;
}

export interface Pause {
  readonly kind: "pause";
  /** Identifies the pause in its run. */
  readonly key: string;
  readonly title?: string;
  readonly description?: string;
  readonly input?: ParameterSchema | undefined;
  readonly initial?: unknown;
  readonly timeout?: Duration;
  /** Aborted when the code that waits is to end. */
  readonly signal: AbortSignal;
}

const lines = new WeakMap<Scope, Promise<unknown>>();

/** Pauses the flow until it is resumed, and gives the answer. Pauses that are asked for at once come one after the other. */
export function pauseFlow(flow: PausedFlow, pause: Pause): Promise<unknown> {
  const before = lines.get(flow.scope) ?? Promise.resolve();
  const answered = before.then(() => askUntilValid(flow, pause));
  lines.set(
    flow.scope,
    answered.catch(() => {}),
  );
  return answered;
}

/** Asks again where the program's own checks refuse an answer, which are more than the server knows of them. */
async function askUntilValid(flow: PausedFlow, pause: Pause): Promise<unknown> {
  const { input, key } = pause;
  let question = pause;
  for (let again = 1; ; again += 1) {
    const asked = await answerSchema(input, question);
    const given = await ask(flow, question, asked);
    if (input === undefined) return undefined;
    const answer = asked.isWrapped ? (given as { readonly value?: unknown }).value : given;
    const checked = await checkJsonValue(input, answer);
    if (checked.ok) return checked.value;
    const problems = problemList(checked.problems);
    flow.states.say(logLevels.warning, `the answer is wrong: ${problems}`);
    question = {
      ...question,
      key: `${key}-again-${again}`,
      initial: answer,
      description: [`**The answer is wrong.** ${problems}`, pause.description].filter(Boolean).join("\n\n"),
    };
  }
}

/** The values that were given, as JSON has them. */
async function ask(flow: PausedFlow, question: Pause, asked: AnswerSchema): Promise<unknown> {
  const { states } = flow;
  const { input, description, title, key } = question;
  const keys = input === undefined && description === undefined ? undefined : inputKeys(`paused-${key}`);
  const seconds = question.timeout === undefined ? undefined : durationSeconds(question.timeout);
  const decision = await states.propose({
    type: "PAUSED",
    name: stateNames.paused,
    message: title ?? null,
    state_details: {
      pause_key: key,
      pause_reschedule: false,
      pause_timeout: seconds === undefined ? null : states.momentIn(seconds),
      ...(keys === undefined ? {} : { run_input_keyset: keys }),
    },
  });
  const { type } = decision.state;
  // A pause that was answered before this process began.
  const isOver = decision.status === "REJECT" && type === "RUNNING";
  if (!isOver) {
    if (decision.status !== "ACCEPT") throw refused(flow, decision);
    if (keys !== undefined) await keepQuestion(flow, keys, { schema: asked.schema, description });
    states.say(logLevels.info, `${title === undefined ? "paused" : `paused: ${title}`}. ${howToResume(flow)}`);
    await untilResumed(flow, { seconds, key, signal: question.signal });
  }
  states.say(logLevels.info, "resumed");
  return keys === undefined ? {} : ((await readInput(flow, keys.response)) ?? {});
}

function howToResume({ session, id, name }: PausedFlow): string {
  if (session.uiUrl === undefined) return `Resume it: ostinato flow-run resume ${name}`;
  return `Resume it: ${session.uiUrl}/runs/flow-run/${id}`;
}

interface InputKeys extends Record<string, string> {
  readonly description: string;
  readonly response: string;
  readonly schema: string;
}

/** The keys under which Prefect's clients look for the question and the answer. */
function inputKeys(base: string): InputKeys {
  return { description: `${base}-description`, response: `${base}-response`, schema: `${base}-schema` };
}

async function keepQuestion(
  flow: PausedFlow,
  keys: InputKeys,
  { schema, description }: { readonly schema: object; readonly description: string | undefined },
): Promise<void> {
  if (description !== undefined) await keepInput(flow, keys.description, description);
  // The schema comes last: with it the run can be answered.
  await keepInput(flow, keys.schema, schema);
}

async function keepInput({ session, id }: PausedFlow, key: string, value: unknown): Promise<void> {
  await session.client.call<typeof createFlowRunInput>("POST /flow_runs/{id}/input", {
    params: { id },
    body: { key, value: jsonText(redactInside(value)) ?? "null" },
  });
}

async function readInput({ session, id }: PausedFlow, key: string): Promise<unknown> {
  try {
    // The client reads the text as JSON, which it is.
    return withBigInts(
      await session.client.call<typeof readFlowRunInput>("GET /flow_runs/{id}/input/{key}", { params: { id, key } }),
    );
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

interface Wait {
  readonly seconds: number | undefined;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Waits until somebody has resumed the run. Rejects where it ends instead. */
async function untilResumed(flow: PausedFlow, { seconds, key, signal }: Wait): Promise<void> {
  const { session, states } = flow;
  const is = ({ state_type }: FlowRun) => state_type !== "PAUSED";
  let run = await untilRun(session, flow.id, { seconds, signal, is });
  if (run === undefined) {
    if (session.server !== undefined) return await endByTimeout(flow, { seconds, key, signal });
    // Prefect's servers end expired pauses by themselves, some seconds later.
    run = await untilRun(session, flow.id, { seconds: undefined, signal, is });
  }
  const state = run?.state;
  if (state === undefined || state === null) throw new Error(`flow run ${flow.id} has no state on the server`);
  states.note(state);
  const { type, message } = state;
  if (type === "RUNNING") return;
  if (type === "CANCELLING" || type === "CANCELLED") {
    const cancelled = new Cancelled(message ?? undefined);
    states.interrupt(cancelled);
    throw cancelled;
  }
  if (type === "FAILED" && seconds !== undefined && isOfTimeout(message)) throw new PauseTimeout(flow.name, seconds);
  throw new RunAborted(`Flow run "${flow.name}" was not resumed: it became ${state.name}. ${message ?? ""}`.trim());
}

/** Ends the pause on the server, unless somebody was just in time. */
async function endByTimeout(flow: PausedFlow, { seconds = 0, key, signal }: Wait): Promise<void> {
  const decision = await flow.states.propose({
    type: "FAILED",
    name: stateNames.failed,
    message: `Nobody resumed the run within ${seconds} s. It was paused and never resumed.`,
    state_details: { pause_key: key },
  });
  const { type } = decision.state;
  if (type === "FAILED") throw new PauseTimeout(flow.name, seconds);
  if (decision.status !== "REJECT" || type !== "RUNNING") {
    signal.throwIfAborted();
    throw refused(flow, decision);
  }
}

/** The words by which servers end a pause. */
function isOfTimeout(message: string | null): boolean {
  return message?.includes("never resumed") === true;
}

function refused({ name }: PausedFlow, { reason, state }: Decision): RunAborted {
  return new RunAborted(`Flow run "${name}" cannot be paused: ${reason ?? `it is ${state.name}`}`);
}
