import { inspect } from "node:util";
import { ApiError, ServerUnreachable } from "@ostinato/client";
import { constructorName, failureParts, fieldText, isError } from "./failures/failure-parts.ts";
import { problemList } from "./failures/problem-list.ts";

export { ServerUnreachable };

/** The base of all errors of Ostinato: programs compare `code`; the message says what to do. */
abstract class OstinatoError extends Error {
  abstract readonly code: string;
}

/** One invalid field of a flow's parameters. */
export interface ParameterProblem {
  /** A path such as `train.path` or `rows.2`; empty for the parameters as a whole. */
  readonly field: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The parameters of a flow do not match its schema. None of the flow has run. */
export class ParameterError extends OstinatoError {
  override readonly name = "ParameterError";
  readonly code = "PARAMETER_ERROR";
  readonly problems: readonly ParameterProblem[];

  constructor(flowName: string, problems: readonly ParameterProblem[]) {
    super(`The parameters of flow "${flowName}" are wrong. ${problemList(problems)}`);
    this.problems = problems;
  }
}

/** A message to the flow run does not match the schema of `receive()`. */
export class MessageError extends OstinatoError {
  override readonly name = "MessageError";
  readonly code = "MESSAGE_ERROR";
  readonly problems: readonly ParameterProblem[];

  constructor(problems: readonly ParameterProblem[]) {
    super(`A message to this flow run is wrong. ${problemList(problems)}`);
    this.problems = problems;
  }
}

/** A task took longer than its `timeout`. */
export class TaskTimeout extends OstinatoError {
  override readonly name = "TaskTimeout";
  readonly code = "TASK_TIMEOUT";

  constructor(taskRunName: string, seconds: number) {
    super(
      `Task run "${taskRunName}" took longer than its timeout of ${seconds} s. Raise "timeout", or stop the work early with currentRun().signal.`,
    );
  }
}

/** A flow took longer than its `timeout`. */
export class FlowTimeout extends OstinatoError {
  override readonly name = "FlowTimeout";
  readonly code = "FLOW_TIMEOUT";

  constructor(flowRunName: string, seconds: number) {
    super(
      `Flow run "${flowRunName}" took longer than its timeout of ${seconds} s. Raise "timeout", or give it less to do.`,
    );
  }
}

/** Nobody answered a pause within its `timeout`. The run is Failed on the server from then on. */
export class PauseTimeout extends OstinatoError {
  override readonly name = "PauseTimeout";
  readonly code = "PAUSE_TIMEOUT";

  constructor(flowRunName: string, seconds: number) {
    super(
      `Flow run "${flowRunName}" was paused and not resumed within ${seconds} s. Raise "timeout", or leave it out to wait without a limit.`,
    );
  }
}

/** No event came in the time that `event()` was given. */
export class EventTimeout extends OstinatoError {
  override readonly name = "EventTimeout";
  readonly code = "EVENT_TIMEOUT";

  constructor(names: readonly string[], seconds: number) {
    const events = names.map((name) => JSON.stringify(name)).join(" or ");
    super(
      `No event ${events} came within ${seconds} s. Raise "timeout", or leave it out to wait without a limit; "ostinato events stream" shows what comes.`,
    );
  }
}

/** The run was suspended: it ends in this process, and goes on in another one when it is resumed. */
export class Suspended extends OstinatoError {
  override readonly name = "Suspended";
  readonly code = "SUSPENDED";

  constructor(flowRunName: string) {
    super(`Flow run "${flowRunName}" was suspended. It goes on in another process when it is resumed.`);
  }
}

/** A flow failed without an error of its own: tasks failed that nobody awaited, or it returned a failed state. */
export class FlowFailed extends OstinatoError {
  override readonly name = "FlowFailed";
  readonly code = "FLOW_FAILED";
}

/** A task returned a failed state. */
export class TaskFailed extends OstinatoError {
  override readonly name = "TaskFailed";
  readonly code = "TASK_FAILED";
}

/** A task did not start, because a task whose result it needs failed. `cause` is that task's error. */
export class UpstreamFailed extends OstinatoError {
  override readonly name = "UpstreamFailed";
  readonly code = "UPSTREAM_FAILED";

  constructor(taskRunName: string, upstream: string, { cause, reason }: { cause: Error; reason: string }) {
    super(
      `Task run "${taskRunName}" did not start: "${upstream}", which it needs, did not complete (${reason}). Use allowFailure() if it should run all the same.`,
      { cause },
    );
  }
}

/** The run was cancelled: by `cancel()`, in the UI, or because the flow run that it belongs to was. */
export class Cancelled extends OstinatoError {
  override readonly name = "Cancelled";
  readonly code = "CANCELLED";

  constructor(message = "The run was cancelled.") {
    super(message);
  }
}

/** The run's process was told to end. */
export class Crashed extends OstinatoError {
  override readonly name = "Crashed";
  readonly code = "CRASHED";
}

/** The server did not allow the run to continue; the message gives its reason. */
export class RunAborted extends OstinatoError {
  override readonly name = "RunAborted";
  readonly code = "RUN_ABORTED";
}

/** The server gave the run to another process, because it heard nothing of this one for too long. */
export class ClaimLost extends OstinatoError {
  override readonly name = "ClaimLost";
  readonly code = "CLAIM_LOST";

  /** `run` says which one: `Flow run "silent-lemur"`. */
  constructor(run: string) {
    super(`${run} is not this process's any more: the server has given it to another one. This one stops.`);
  }
}

/** Slots of concurrency limits were not free in time, or do not exist. */
export class ConcurrencyUnavailable extends OstinatoError {
  override readonly name = "ConcurrencyUnavailable";
  readonly code = "CONCURRENCY_UNAVAILABLE";
}

/** Another transaction holds the key, and did not end in time. */
export class TransactionBusy extends OstinatoError {
  override readonly name = "TransactionBusy";
  readonly code = "TRANSACTION_BUSY";

  constructor(key: string, seconds: number) {
    super(
      `Another transaction holds the key "${key}", and did not end within ${seconds} s. Raise "timeout", or try again later.`,
    );
  }
}

/** The lock of a transaction ended before the transaction did, so another one may have the key. The transaction is rolled back. */
export class TransactionLockLost extends OstinatoError {
  override readonly name = "TransactionLockLost";
  readonly code = "TRANSACTION_LOCK_LOST";

  constructor(key: string) {
    super(
      `The lock on the key "${key}" was lost: it was not renewed in time, and another transaction may have it. Give a longer "lease" where this process may be cut off from the server for longer.`,
    );
  }
}

/** A transaction could not be committed, or what it has committed cannot be read. `cause` is the error behind it, where there is one. */
export class TransactionFailed extends OstinatoError {
  override readonly name = "TransactionFailed";
  readonly code = "TRANSACTION_FAILED";
}

/** A rollback hook failed, so a part of what a transaction did is still there. `cause` is what the transaction failed by. */
export class RollbackIncomplete extends OstinatoError {
  override readonly name = "RollbackIncomplete";
  readonly code = "ROLLBACK_INCOMPLETE";
  /** The errors of the hooks. */
  readonly errors: readonly Error[];

  constructor(
    message: string,
    { errors, cause }: { readonly errors: readonly Error[]; readonly cause?: Error | undefined },
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.errors = errors;
  }
}

/** An argument of `flow()`, `task()` or another function of the SDK is invalid. */
export class UsageError extends OstinatoError {
  override readonly name = "UsageError";
  readonly code = "USAGE_ERROR";
}

/** A function that needs a running flow or task was called outside of one. */
export class NotInRun extends OstinatoError {
  override readonly name = "NotInRun";
  readonly code = "NOT_IN_RUN";

  constructor(what: string) {
    super(
      `${what} is only available inside a running flow or task: call it from the function given to flow() or task().`,
    );
  }
}

/** The original error, below the errors that only pass it on. */
export function rootCause(error: Error): Error {
  const passesOn =
    error instanceof UpstreamFailed || error instanceof FlowFailed || error instanceof RollbackIncomplete;
  return passesOn && error.cause instanceof Error ? rootCause(error.cause) : error;
}

/** Wraps a thrown value that is not an Error: the value is the `cause`, and the fields of an object are copied. */
export class ThrownValue extends Error {
  constructor(thrown: unknown) {
    super(messageOfThrown(thrown), { cause: thrown });
    if (typeof thrown !== "object" || thrown === null) return;
    const { stack, fields } = failureParts(thrown);
    const name = constructorName(thrown);
    // The place of the throw is unknown: the stack of this error leads into the engine.
    Object.defineProperties(this, { name: hidden(name), stack: hidden(stack ?? `${name}: ${this.message}`) });
    for (const [field, value] of fields) Object.defineProperty(this, field, { ...hidden(value), enumerable: true });
  }
}

/** The thrown value as an Error. Programs also throw strings, and clients of services throw plain objects. */
export function toError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new ThrownValue(thrown);
}

/** Whether the error's message is complete by itself, as those of Ostinato are. */
export function isOwnError(error: unknown): boolean {
  return error instanceof OstinatoError || error instanceof ServerUnreachable || error instanceof ApiError;
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, configurable: true, writable: true };
}

function messageOfThrown(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (typeof thrown !== "object" || thrown === null)
    return `a value was thrown that is not an Error: ${inspect(thrown)}`;
  return failureParts(thrown).message || fieldText(thrown, maxShown);
}

const maxShown = 2000;
