import { context } from "../context.ts";
import { UsageError } from "../errors.ts";
import type { ParameterSchema, ParametersOut } from "../inputs/parameters.ts";
import { aDuration, aName, anything, checkOptions, type Rules } from "../run/option-checks.ts";
import { enclosingTransaction } from "../transactions/enclosing.ts";
import type { AnyPauseOptions, PauseOptions } from "./pause-options.ts";
import type { Pause, PausedFlow } from "./question.ts";

const rules: Rules = {
  title: aName,
  description: aName,
  input: (value) => (isSchema(value) ? undefined : "a schema, such as z.object({ … })"),
  initial: anything,
  timeout: aDuration,
  key: aName,
};

/**
 * Pauses the flow run until somebody resumes it: on its page, with `ostinato flow-run resume`, or through the API. Resolves with the answer
 * in the shape of `input`. Tasks that are under way go on meanwhile.
 *
 * ```ts
 * import { flow, pause } from "ostinato";
 * import { z } from "zod";
 *
 * export const publish = flow(async function publish({ table }: { table: string }) {
 *   const { approved, comment } = await pause({
 *     title: "Publish the table?",
 *     description: `**${table}** is ready.`,
 *     input: z.object({ approved: z.boolean(), comment: z.string().optional() }),
 *     timeout: "1d",
 *   });
 *   return approved ? `published ${table}` : `not published: ${comment}`;
 * });
 * ```
 *
 * An answer that the schema refuses does not end the run: it pauses again and says which field is wrong. Rejects with `PauseTimeout` when
 * nobody has answered in time; the run is Failed then.
 */
export function pause(options?: PauseOptions): Promise<void>;
export function pause<S extends ParameterSchema>(
  options: PauseOptions<S> & { readonly input: S },
): Promise<ParametersOut<S>>;
export async function pause(options: AnyPauseOptions = {}): Promise<unknown> {
  const { flow, wanted } = asked("pause()", options);
  const { pauseFlow } = await import("./pausing.ts");
  return await pauseFlow(flow, wanted);
}

/**
 * Suspends the run of a deployment: its process ends, and once somebody has resumed the run it goes on in another one, by whatever serves
 * the deployment. The flow begins anew there, with the results of its finished tasks, and this call resolves with the answer. Tasks that are
 * under way are waited for before. Nothing runs while the run is suspended, so it may take weeks.
 *
 * ```ts
 * import { flow, suspend, task } from "ostinato";
 *
 * const load = task(async function load() { return [1, 2, 3]; });
 *
 * export const monthly = flow(async function monthly() {
 *   const rows = await load(); // Runs once.
 *   await suspend({ title: "Send the report?", timeout: "30d" });
 *   return rows.length;
 * });
 * ```
 *
 * Rejects where the run has no deployment, and in subflows, tasks and transactions: `pause()` is for those. A run that is not resumed within the timeout is
 * Failed.
 */
export function suspend(options?: PauseOptions): Promise<void>;
export function suspend<S extends ParameterSchema>(
  options: PauseOptions<S> & { readonly input: S },
): Promise<ParametersOut<S>>;
export async function suspend(options: AnyPauseOptions = {}): Promise<unknown> {
  const { flow, wanted } = asked("suspend()", options);
  if (context.getStore()?.taskRun !== undefined) {
    throw new UsageError(
      "suspend() ends the process of the run: call it from the function given to flow(), not in a task.",
    );
  }
  if (enclosingTransaction() !== undefined) {
    throw new UsageError(
      "suspend() ends the process of the run, and a transaction does not outlive its process. Call suspend() before or after the transaction, or pause() in it, which keeps the process.",
    );
  }
  const { suspendFlow } = await import("./suspending.ts");
  return await suspendFlow(flow, wanted);
}

/** Counts the pause and finds its run, before anything else of the program runs. */
function asked(what: string, options: AnyPauseOptions): { flow: PausedFlow; wanted: Pause } {
  checkOptions(what, options, rules);
  const { scope, flowRun, taskRun } = context.getStore() ?? {};
  if (flowRun?.states === undefined || scope === undefined) {
    throw new UsageError(
      flowRun === undefined
        ? `${what} needs a flow run: call it from the function given to flow(), or from a task of the flow.`
        : `${what} cannot be called in a worker thread: call it from the flow.`,
    );
  }
  const number = String(scope.count("pause") + 1);
  return {
    flow: { session: scope.session, scope, id: flowRun.id, name: flowRun.name, states: flowRun.states },
    wanted: { ...options, key: options.key ?? number, signal: (taskRun ?? flowRun).signal },
  };
}

function isSchema(value: unknown): boolean {
  // Schemas of arktype are functions.
  return typeof value === "function" || (typeof value === "object" && value !== null);
}
