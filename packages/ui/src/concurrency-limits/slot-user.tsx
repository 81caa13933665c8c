import { Link } from "@tanstack/react-router";
import type { SlotUser } from "../api/types.ts";
import { StateIcon } from "../runs/state.tsx";

/** Who holds slots or waits for some, by the name of its run, linked. */
export function SlotUserName({ user }: { readonly user: SlotUser }) {
  const { flow_run_id, flow_run_name, task_run_id, task_run_name, holder, state_type, state_name } = user;
  if (flow_run_id === null && task_run_id === null)
    return (
      <span className="text-muted">
        {holderName(user)}
        {holder === null ? null : <span className="ml-1.5 font-mono text-xs break-all text-faint">{holder.id}</span>}
      </span>
    );
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5">
      <StateIcon type={state_type} name={state_name} />
      {task_run_id === null ? null : (
        <Link
          to="/runs/task-run/$id"
          params={{ id: task_run_id }}
          dir="auto"
          className="truncate py-0.5 font-medium hover:underline"
          title={task_run_name ?? undefined}
        >
          {task_run_name}
        </Link>
      )}
      {task_run_id === null || flow_run_id === null ? null : <span className="shrink-0 text-faint">of</span>}
      {flow_run_id === null ? null : (
        <Link
          to="/runs/flow-run/$id"
          params={{ id: flow_run_id }}
          dir="auto"
          className={`truncate py-0.5 hover:underline ${task_run_id === null ? "font-medium" : ""}`}
          title={flow_run_name ?? undefined}
        >
          {flow_run_name}
        </Link>
      )}
    </span>
  );
}

/** A holder in words: a run by its name, and whatever has none by what is known of it. */
export function holderName({ flow_run_name, task_run_name, holder }: SlotUser): string {
  const name = task_run_name ?? flow_run_name;
  if (name !== null) return name;
  if (holder === null) return "a program";
  const nouns = { flow_run: "a run", task_run: "a task run", deployment: "a deployment" } as const;
  return `${nouns[holder.type]} that is not known here`;
}
