import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { RunComparison } from "../api/types.ts";
import { Segmented } from "../components/button.tsx";
import { useMedia } from "../components/media.ts";
import { count, duration } from "../format.ts";
import { ValueView } from "../results/value-view.tsx";
import { StateIcon } from "../runs/state.tsx";
import { type StateType, stateLook, stateTypeOrder } from "../states.ts";
import { type Difference, differenceOf, maxDifference } from "./compared.ts";

type ComparedTask = RunComparison["tasks"][number];
type Side = NonNullable<ComparedTask["a"]>;
type Order = "called" | "difference";

/** The tasks of both runs by name: states, durations with their difference, results. */
export function ComparedTasks({ comparison }: { readonly comparison: RunComparison }) {
  const { tasks } = comparison;
  const [order, setOrder] = useState<Order>("called");
  const narrow = useMedia("(max-width: 799px)");
  if (tasks.length === 0) return <p className="px-3 py-3 text-muted">Neither run called a task.</p>;
  const most = maxDifference(tasks);
  const distance = ({ a, b }: ComparedTask) => Math.abs(differenceOf(a?.took, b?.took)?.seconds ?? -1);
  const shown = order === "called" ? tasks : tasks.toSorted((one, other) => distance(other) - distance(one));
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-center gap-3 px-3 py-2">
        <Segmented
          label="Order of tasks"
          value={order}
          onChange={setOrder}
          options={[
            { value: "called", label: "As called" },
            { value: "difference", label: "Largest difference" },
          ]}
        />
        <span className="text-muted">{onlyWords(tasks)}</span>
      </div>
      {narrow ? (
        <ul className="flex flex-col">
          {shown.map((task) => (
            <li key={keyOf(task)} className="flex flex-col gap-1 border-t px-3 py-2">
              <TaskName task={task} />
              <p className="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-y-0.5">
                <span className="text-faint">A</span>
                <SideWords side={task.a} />
                <span className="text-faint">B</span>
                <SideWords side={task.b} />
              </p>
              <DifferenceWords difference={differenceOf(task.a?.took, task.b?.took)} most={most} />
              <Results task={task} />
            </li>
          ))}
        </ul>
      ) : (
        <table className="w-full table-fixed text-sm">
          <thead className="text-left text-xs text-faint">
            <tr>
              <th className="w-[26%] px-3 py-1.5 font-medium">Task</th>
              <th className="px-3 py-1.5 font-medium">A</th>
              <th className="px-3 py-1.5 font-medium">B</th>
              <th className="w-[18%] px-3 py-1.5 font-medium">Difference</th>
              <th className="w-[18%] px-3 py-1.5 font-medium">Result</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((task) => (
              <tr key={keyOf(task)} className="border-t align-top">
                <th scope="row" className="px-3 py-1.5 text-left font-normal">
                  <TaskName task={task} />
                </th>
                <td className="px-3 py-1.5">
                  <SideWords side={task.a} />
                </td>
                <td className="px-3 py-1.5">
                  <SideWords side={task.b} />
                </td>
                <td className="px-3 py-1.5">
                  <DifferenceWords difference={differenceOf(task.a?.took, task.b?.took)} most={most} />
                </td>
                <td className="px-3 py-1.5">
                  <Results task={task} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function keyOf({ name, is_subflow }: ComparedTask): string {
  return `${is_subflow} ${name}`;
}

function onlyWords(tasks: RunComparison["tasks"]): string {
  const [onlyA, onlyB] = [tasks.filter(({ b }) => b === null).length, tasks.filter(({ a }) => a === null).length];
  const parts = [onlyA === 0 ? "" : `${onlyA} only in A`, onlyB === 0 ? "" : `${onlyB} only in B`].filter(Boolean);
  return parts.length === 0 ? "Both runs called the same tasks." : parts.join(" · ");
}

function TaskName({ task }: { readonly task: ComparedTask }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <bdi dir="auto" className="min-w-0 truncate" title={task.name}>
        {task.name}
      </bdi>
      {task.is_subflow ? <span className="shrink-0 text-xs text-muted">subflow</span> : null}
      {task.a === null || task.b === null ? (
        <span className="shrink-0 rounded-sm bg-pressed px-1.5 text-xs text-muted">
          only in {task.a === null ? "B" : "A"}
        </span>
      ) : null}
    </span>
  );
}

/** `1 failed · 11 completed, 4.2 s`. */
function SideWords({ side }: { readonly side: Side | null }) {
  if (side === null) return <span className="text-muted">not called</span>;
  const states = stateTypeOrder.flatMap((type): (readonly [StateType, number])[] => {
    const number = side.states[type] ?? 0;
    return number === 0 ? [] : [[type, number]];
  });
  const took = side.took === null ? "" : duration(side.took * 1000);
  return (
    <span className="figures flex min-w-0 flex-wrap items-center gap-x-2">
      {states.map(([type, number]) => (
        <span key={type} className="inline-flex items-center gap-1">
          <StateIcon type={type} silent className="size-3.5" />
          {side.count === 1 ? "" : `${count(number)} `}
          {stateLook(type).label.toLowerCase()}
        </span>
      ))}
      <span>
        {side.task_run_id === null || took === "" ? (
          took
        ) : (
          <Link
            to="/runs/task-run/$id"
            params={{ id: side.task_run_id }}
            className="inline-flex min-h-6 min-w-6 items-center hover:underline"
          >
            {took}
          </Link>
        )}
      </span>
    </span>
  );
}

/** `+1.2 s (1.5 ×)` with a bar to the right for longer, to the left for shorter. */
function DifferenceWords({ difference, most }: { readonly difference: Difference | undefined; readonly most: number }) {
  if (difference === undefined) return <span className="text-faint">–</span>;
  const { ratio } = difference;
  // What no duration shows is no difference.
  const seconds = Math.abs(difference.seconds) < 0.001 ? 0 : difference.seconds;
  const share = most === 0 ? 0 : (Math.abs(seconds) / most) * 50;
  const sign = seconds > 0 ? "+" : "";
  return (
    <span className="flex flex-col gap-1">
      <span className="figures">
        {seconds === 0 ? "the same" : `${sign}${duration(seconds * 1000)}`}
        {ratio === undefined || seconds === 0 ? null : <span className="text-muted"> ({ratio.toFixed(2)} ×)</span>}
      </span>
      <span aria-hidden="true" className="relative block h-1 w-full max-w-40 rounded-full bg-pressed">
        <span
          className={`absolute inset-y-0 rounded-full ${seconds > 0 ? "bg-danger" : "bg-accent"}`}
          style={{ width: `${share}%`, left: seconds > 0 ? "50%" : `${50 - share}%` }}
        />
      </span>
    </span>
  );
}

/** Whether the results are the same, with both to open. */
function Results({ task }: { readonly task: ComparedTask }) {
  const [one, other] = [task.a?.result ?? null, task.b?.result ?? null];
  if (one === null && other === null) return <span className="text-faint">–</span>;
  const words = task.same_result === true ? "the same" : task.same_result === false ? "differs" : "open both";
  return (
    <details className="min-w-0">
      <summary className={`cursor-pointer ${task.same_result === false ? "font-medium" : "text-muted"}`}>
        {task.same_result === false ? "≠ " : ""}
        {words}
      </summary>
      <div className="flex flex-col gap-2 pt-1.5">
        {[one, other].map((preview, index) => (
          <div key={index === 0 ? "A" : "B"} className="min-w-0">
            <span className="text-xs text-faint">{index === 0 ? "A" : "B"}</span>
            {preview === null ? <p className="text-muted">not kept</p> : <ValueView preview={preview} />}
          </div>
        ))}
      </div>
    </details>
  );
}
