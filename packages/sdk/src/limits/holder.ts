import type { RunContext } from "../context.ts";
import type { HolderOfSlots } from "./slot-waiting.ts";

/** The run that takes what is asked for in this context, and the signal of its end; undefined outside of runs. */
export function holderAt(
  place: RunContext | undefined,
): { readonly run: HolderOfSlots; readonly signal: AbortSignal } | undefined {
  const { taskRun, flowRun } = place ?? {};
  if (taskRun !== undefined) return { run: { type: "task_run", id: taskRun.id }, signal: taskRun.signal };
  if (flowRun !== undefined) return { run: { type: "flow_run", id: flowRun.id }, signal: flowRun.signal };
  return undefined;
}
