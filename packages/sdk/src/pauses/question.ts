import { type Duration, durationSeconds, stateNames } from "@ostinato/core";
import type { StateCreate } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import type { FlowRunStates } from "../context.ts";
import { problemList } from "../failures/problem-list.ts";
import { checkJsonValue } from "../inputs/checked-value.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { Scope } from "../scope.ts";
import type { Session } from "../session/session.ts";
import { answerSchema } from "./answer-schema.ts";
import { keepInput, readInput } from "./run-inputs.ts";

/** The flow run that pauses. */
export interface PausedFlow {
  readonly session: Session;
  readonly scope: Scope;
  readonly id: string;
  readonly name: string;
  readonly states: FlowRunStates;
}

export interface Pause {
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

export type PauseKind = "pause" | "suspend";

/** A pause with what the server is told of it. */
export interface Question {
  readonly state: StateCreate;
  readonly key: string;
  readonly title: string | undefined;
  readonly seconds: number | undefined;
  readonly signal: AbortSignal;
  /** Keeps what is asked, once the run is paused: the server forgets what it kept under these keys before. */
  keep(): Promise<void>;
}

/** Waits until the run has been resumed. */
export type Wait = (flow: PausedFlow, question: Question) => Promise<void>;

/**
 * Asks, and gives the answer. Asks again where the program's own checks refuse an answer: they are more than the server knows of them.
 */
export async function askUntilValid(
  flow: PausedFlow,
  pause: Pause,
  { kind, wait }: { readonly kind: PauseKind; readonly wait: Wait },
): Promise<unknown> {
  const { input, key } = pause;
  let asked = pause;
  for (let again = 1; ; again += 1) {
    const { question, isWrapped, response } = await questionOf(flow, asked, kind);
    await wait(flow, question);
    flow.states.say(logLevels.info, "resumed");
    if (input === undefined) return undefined;
    // A field that nobody has changed keeps its initial value.
    const given = {
      ...initialFields(asked.initial, isWrapped),
      ...((await readInput(flow, response)) as object | undefined),
    };
    const answer = isWrapped ? (given as { readonly value?: unknown }).value : given;
    const checked = await checkJsonValue(input, answer);
    if (checked.ok) return checked.value;
    const problems = problemList(checked.problems);
    flow.states.say(logLevels.warning, `the answer is wrong: ${problems}`);
    const description = [`**The answer is wrong.** ${problems}`, pause.description].filter(Boolean).join("\n\n");
    asked = { ...pause, key: `${key}-again-${again}`, initial: answer, description };
  }
}

function initialFields(initial: unknown, isWrapped: boolean): object {
  if (initial === undefined) return {};
  if (isWrapped) return { value: initial };
  return typeof initial === "object" && initial !== null ? initial : {};
}

async function questionOf(flow: PausedFlow, pause: Pause, kind: PauseKind) {
  const { input, description, title, key, timeout, signal } = pause;
  const { schema, isWrapped } = await answerSchema(input, pause);
  const name = kind === "pause" ? stateNames.paused : stateNames.suspended;
  const keys = inputKeys(`${name.toLowerCase()}-${key}`);
  const isForm = input !== undefined || description !== undefined;
  const seconds = timeout === undefined ? undefined : durationSeconds(timeout);
  const state: StateCreate = {
    type: "PAUSED",
    name,
    message: title ?? null,
    state_details: {
      pause_key: key,
      pause_reschedule: kind === "suspend",
      pause_timeout: seconds === undefined ? null : flow.states.momentIn(seconds),
      ...(isForm ? { run_input_keyset: { ...keys } } : {}),
    },
  };
  const question: Question = {
    state,
    key,
    title,
    seconds,
    signal,
    async keep() {
      if (!isForm) return;
      if (description !== undefined) await keepInput(flow, { key: keys.description, value: description });
      // The schema comes last: with it the run can be answered.
      await keepInput(flow, { key: keys.schema, value: schema });
    },
  };
  return { question, isWrapped, response: keys.response };
}

/** The keys under which Prefect's clients look for the question and the answer. */
function inputKeys(base: string) {
  return { description: `${base}-description`, response: `${base}-response`, schema: `${base}-schema` } as const;
}
