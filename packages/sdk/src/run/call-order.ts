import { AsyncLocalStorage } from "node:async_hooks";

/** Whether a run that the code waits for is over, without its value: what remembers it must not keep that alive. */
export interface Ending {
  over: { readonly callee: string; readonly taskRunId: string } | undefined;
  /** The task runs that had ended when it was called. */
  readonly after: readonly string[];
}

/** The call of more tasks than this is described by those that ended last. */
const maxNamed = 8;

/**
 * What a piece of code has waited for since its last call. Each call begins a new course, which the code after it inherits, whatever it
 * awaits; so two functions that run at once, each with its own calls, do not take each other's order for theirs.
 */
interface Course {
  /** The flow run or task run whose function makes the calls. */
  readonly caller: object;
  /** The runs waited for, of each task or flow the one that ended last. */
  readonly ended: ReadonlyMap<string, string>;
  readonly awaited: Ending[];
}

const courses = new AsyncLocalStorage<Course>();
const calledAfter = new WeakMap<object, readonly string[]>();

/**
 * Begins a call: the task runs that the calling code had waited for, and that had ended, when it made the call. Those that others of them
 * came after themselves are left out.
 */
export function beginCall(caller: object): readonly string[] {
  const course = courses.getStore();
  const ended = course?.caller === caller ? endedIn(course) : new Map<string, string>();
  courses.enterWith({ caller, ended, awaited: [] });
  return [...ended.values()];
}

export function rememberOrder(future: object, after: readonly string[]): void {
  if (after.length > 0) calledAfter.set(future, after);
}

/** The task runs that a run was called after. */
export function orderOf(future: object): readonly string[] {
  return calledAfter.get(future) ?? [];
}

/** Notes that the running code waits for a run. */
export function noteAwaited(future: object, endingOf: (after: readonly string[]) => Ending): void {
  courses.getStore()?.awaited.push(endingOf(orderOf(future)));
}

function endedIn({ ended, awaited }: Course): Map<string, string> {
  const found = new Map(ended);
  for (const { over, after } of awaited) {
    if (over === undefined) continue;
    for (const [callee, id] of found) if (after.includes(id)) found.delete(callee);
    found.delete(over.callee);
    found.set(over.callee, over.taskRunId);
  }
  for (const callee of found.keys()) {
    if (found.size <= maxNamed) break;
    found.delete(callee);
  }
  return found;
}
