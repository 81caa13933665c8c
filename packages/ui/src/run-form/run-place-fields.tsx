import type { RunForm } from "@ostinato/protocol";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { Select, TextField } from "../components/field.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import type { RunPlace } from "./create-run.ts";

const JobVariablesForm = onDemand(
  () => import("../work-pools/job-variables-form.tsx").then((module) => module.JobVariablesForm),
  <Skeleton rows={4} />,
);

export interface WrittenPlace {
  readonly value: RunPlace;
  /** Whether all that is written can be sent. */
  readonly isValid: boolean;
}

/** What the form begins with: what the run said from which it is filled, else what the deployment says. */
export function placeOf({ from }: RunForm): WrittenPlace {
  return {
    value: { queue: undefined, priority: from?.priority ?? 0, jobVariables: from?.job_variables ?? {} },
    isValid: true,
  };
}

/** Where a run of a work pool waits and what it is started with: its queue, its priority and its job variables. */
export function PlaceFields(props: {
  readonly form: RunForm;
  readonly pool: NonNullable<RunForm["work_pool"]>;
  readonly value: WrittenPlace;
  readonly onChange: (written: WrittenPlace) => void;
}) {
  const { form, pool, value: written, onChange } = props;
  const { deployment } = form;
  const [areVariablesValid, setVariablesValid] = useState(true);
  const [priority, setPriority] = useState(String(written.value.priority));
  const [showsVariables, setShowsVariables] = useState(Object.keys(written.value.jobVariables).length > 0);
  const change = (next: Partial<RunPlace>, isValid: boolean) =>
    onChange({ value: { ...written.value, ...next }, isValid });
  return (
    <Section
      title={
        <>
          Where it runs:{" "}
          <Link to="/work-pools/$pool" params={{ pool: pool.name }} className="hover:underline">
            {pool.name}
          </Link>
        </>
      }
    >
      <div className="flex flex-col gap-3 p-3">
        <div className="flex flex-wrap gap-x-6 gap-y-3">
          <QueueField
            own={deployment.work_queue_name}
            queues={pool.queues}
            value={written.value.queue}
            onChange={(queue) => change({ queue }, written.isValid)}
          />
          <PriorityField
            text={priority}
            onChange={(text) => {
              setPriority(text);
              if (isPriority(text)) change({ priority: Number(text) }, areVariablesValid);
              else onChange({ ...written, isValid: false });
            }}
          />
        </div>
        <details open={showsVariables} onToggle={(event) => setShowsVariables(event.currentTarget.open)}>
          <summary className="w-fit rounded-sm font-medium">Job variables of this run</summary>
          {showsVariables ? (
            <div className="pt-3">
              <JobVariablesForm
                template={pool.base_job_template}
                deployed={deployment.job_variables}
                value={written.value.jobVariables}
                onChange={({ value, isValid }) => {
                  setVariablesValid(isValid);
                  change({ jobVariables: value }, isValid && isPriority(priority));
                }}
              />
            </div>
          ) : null}
        </details>
      </div>
    </Section>
  );
}

function QueueField(props: {
  /** The queue of the deployment. */
  readonly own: string | null;
  readonly queues: readonly string[];
  readonly value: string | undefined;
  readonly onChange: (queue: string | undefined) => void;
}) {
  const { own, queues, value = own ?? "", onChange } = props;
  const options = [...new Set([...(own === null ? [] : [own]), ...queues])].map((name) => ({
    value: name,
    label: name === own ? `${name} (from the deployment)` : name,
  }));
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span aria-hidden="true" className="w-fit font-medium">
        Work queue
      </span>
      <Select
        label="Work queue"
        value={value}
        options={options}
        onChange={(queue) => onChange(queue === own ? undefined : queue)}
      />
    </div>
  );
}

function PriorityField(props: { readonly text: string; readonly onChange: (text: string) => void }) {
  const { text, onChange } = props;
  const id = useId();
  const isWrong = !isPriority(text);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="w-fit font-medium">
        Priority
      </label>
      <TextField
        id={id}
        inputMode="numeric"
        value={text}
        aria-invalid={isWrong}
        aria-describedby={`${id}-about`}
        onChange={({ target }) => onChange(target.value)}
        className="w-28"
      />
      <p id={`${id}-about`} className="text-xs text-muted">
        {isWrong ? (
          <span className="text-danger">Write a whole number from -1000 to 1000.</span>
        ) : (
          "Runs with a smaller number start first, whatever the priority of their queue."
        )}
      </p>
    </div>
  );
}

function isPriority(text: string): boolean {
  return /^-?\d+$/.test(text.trim()) && Math.abs(Number(text)) <= 1000;
}
