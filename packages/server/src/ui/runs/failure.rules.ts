import { exceptionSentence, shortenedText, tracebackIn } from "@ostinato/core";
import type { State, StateDetails } from "@ostinato/protocol";
import { errorText } from "./cause.rules.ts";

/** The state of a failed run. */
export interface FailedState {
  readonly message: string | null;
  readonly details: StateDetails;
}

export interface FailureText {
  readonly message: string;
  readonly location: string | null;
  readonly traceback: string | null;
}

/** The place of the error is in the state, for our own programs, or in the log, for Python's. */
export function failureText(state: FailedState, errorLines: readonly string[]): FailureText {
  const { error_stack, error_location } = state.details as Readonly<Record<string, unknown>>;
  const text = errorText(state.message);
  const message = shortenedText(text, maxMessageLength) || "It failed without a message.";
  if (typeof error_stack === "string") {
    return {
      message,
      traceback: shortenedText(error_stack, maxTracebackLength),
      location: typeof error_location === "string" ? error_location : null,
    };
  }
  const traceback = errorLines.map(tracebackIn).find((text) => text !== undefined) ?? null;
  if (traceback === null) return { message, traceback, location: null };
  return {
    message: shortenedText(withCauses(text, traceback), maxMessageLength) || message,
    traceback: shortenedText(traceback, maxTracebackLength),
    location: ownFrame(traceback),
  };
}

/** The state has the exception alone; its traceback, where it is that of this exception, has what led to it. */
function withCauses(text: string, traceback: string): string {
  const sentence = exceptionSentence(traceback);
  const at = text === "" ? -1 : sentence.indexOf(text);
  // The traceback may name the module of the exception, which the state does not.
  return at >= 0 && /^[\w.]*$/.test(sentence.slice(0, at)) ? text + sentence.slice(at + text.length) : text;
}

/** An error can hold a whole file. A page shows its beginning; the log has the rest. */
const maxMessageLength = 16 * 1024;
const maxTracebackLength = 64 * 1024;

/** The last frame that is neither of Python itself nor of an installed package. */
function ownFrame(traceback: string): string | null {
  const frames = [...traceback.matchAll(/^[ |]*File "(.+)", line (\d+), in (.+)$/gm)];
  const own = frames.filter(([, file = ""]) => !/\/(?:site|dist)-packages\/|\/lib\/python3|^<frozen/.test(file)).at(-1);
  if (own === undefined) return null;
  const [, file, line, name] = own;
  return `at ${name} (${file}:${line})`;
}

/** A state with a message short enough to show: clients may put a whole file into one. */
export function withReadableMessage(state: State): State {
  const { message } = state;
  return message === null || message.length <= maxMessageLength
    ? state
    : { ...state, message: shortenedText(message, maxMessageLength) };
}
