import { durationSeconds, stateNames, timeOrderedId } from "@ostinato/core";
import { maxTaskPriority, priorityLabel } from "@ostinato/protocol/limits";
import { context } from "../context.ts";
import { UsageError } from "../errors.ts";
import { dependenciesOf, resolved, taskInputs } from "../inputs/arguments.ts";
import { nameArguments } from "../inputs/parameter-names.ts";
import { parseResultStorage } from "../results/result-stores.ts";
import { writeResult } from "../results/results.ts";
import { aDuration, checkOptions, type Rules } from "../run/option-checks.ts";
import { redactInside } from "../secrets/redaction.ts";
import { type Session, session } from "../session/session.ts";
import { DelayedRun } from "../task/delayed-run.ts";
import type { CallOptions } from "../task/task-call.ts";
import type { TaskDefinition } from "../task/task-definition.ts";
import { createDelayedRun } from "./run-creation.ts";
import { requireKnownTask, requireServer } from "./server-needs.ts";

const rules: Rules = {
  priority: (value) =>
    Number.isInteger(value) && Math.abs(value as number) <= maxTaskPriority
      ? undefined
      : `a whole number from -${maxTaskPriority} to ${maxTaskPriority}`,
  startIn: aDuration,
};

/** Has a worker run the task. Resolves once the server has the run and its arguments. */
export async function delayTask(
  definition: TaskDefinition,
  given: readonly unknown[],
  call: CallOptions,
): Promise<DelayedRun<unknown>> {
  const { name, identity, policy, options } = definition;
  const { priority = 0, startIn = 0 } = call.deferred ?? {};
  checkOptions(`delay() of task "${name}"`, call.deferred ?? {}, rules);
  requireKnownTask(definition);
  const seconds = durationSeconds(startIn);
  const caller = context.getStore();
  const opened = await session();
  requireServer(opened, "delay()");
  const release = opened.keepAlive();
  try {
    await resolved(call.waitFor);
    const args = (await resolved([...given])) as readonly unknown[];
    const parameters = await keep(opened, definition, args);
    const now = opened.clock.now();
    const id = timeOrderedId(now);
    const named = nameArguments(definition.parameters, given);
    const provenance = caller?.scope?.provenance;
    const inputs = new Map([...named].map(([key, value]) => [key, dependenciesOf(value, provenance)]));
    const run = { id, name: `${name}-${id.slice(-4)}`, task_key: identity.label };
    const stored = await createDelayedRun(opened, {
      ...run,
      flow_run_id: caller?.scope?.flowRunId ?? null,
      dynamic_key: id,
      task_version: options.version ?? null,
      empirical_policy: policy,
      tags: [...redactInside(options.tags ?? [])],
      labels: priority === 0 ? {} : { [priorityLabel]: priority },
      task_inputs: taskInputs(inputs),
      parameters,
      state: {
        type: "SCHEDULED",
        name: stateNames.scheduled,
        state_details: {
          deferred: true,
          // Without a time it is due as soon as the server has it, whatever this machine's clock says.
          ...(seconds === 0 ? {} : { scheduled_time: opened.serverTime.in(seconds) }),
          task_parameters_id: timeOrderedId(now),
        },
      },
    });
    return new DelayedRun(opened, { ...run, id: stored });
  } finally {
    release();
  }
}

/** The arguments as a result: small ones go to the server, others to the store of the task. */
async function keep(opened: Session, { name, options }: TaskDefinition, args: readonly unknown[]) {
  const storage = options.resultStorage ?? opened.resultStorage;
  const { result, notKept } = await writeResult(args, {
    session: opened,
    storage: storage === undefined ? undefined : parseResultStorage(storage),
  });
  if (notKept === undefined) return result;
  const why = notKept.reason.replace(/^the result/, "they");
  throw new UsageError(
    `delay() of task "${name}" keeps the arguments for the worker, and they cannot be kept (${why})`,
  );
}
