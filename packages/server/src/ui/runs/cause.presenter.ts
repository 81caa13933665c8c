import { exceptionSentence, tracebackIn } from "@ostinato/core";
import type { FailureCause } from "@ostinato/protocol";
import { errorText } from "./cause.rules.ts";
import type { Cause } from "./cause.service.ts";

const maxCharacters = 500;

export function presentCause(cause: Cause | undefined): FailureCause | null {
  if (cause === undefined) return null;
  const { run, task, message } = cause;
  return {
    message: causeText(message),
    flow_run_id: run.id,
    flow_name: run.flow_name,
    task_run_id: task?.task_run_id ?? null,
    task_run_name: task?.task_run_name ?? null,
  };
}

/** What a list says: of a traceback the exception at its end. */
export function causeText(message: string | null): string {
  const text = errorText(message);
  const traceback = tracebackIn(text);
  const said =
    (traceback === undefined ? text : exceptionSentence(traceback)) || text || "It failed without a message.";
  return said.length <= maxCharacters ? said : `${said.slice(0, maxCharacters - 1)}…`;
}
