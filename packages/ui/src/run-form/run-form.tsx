import type { RunForm as RunFormData } from "@ostinato/protocol";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { pageAddress } from "../base-path.ts";
import { Button } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Section } from "../components/page.tsx";
import { isObject, toFormData } from "../forms/form-data.ts";
import { problemsIn } from "../forms/form-problems.ts";
import { ValuesForm, type WrittenValues } from "../forms/schema-form.tsx";
import { useServerCheck } from "../forms/server-check.ts";
import { problemInRefusal } from "../forms/server-problems.ts";
import { AddSchedule } from "./add-schedule.tsx";
import { createRun, refusalOf } from "./create-run.ts";
import { RunLabelFields, type RunLabels, tagsIn } from "./run-label-fields.tsx";
import { RunNotes } from "./run-notes.tsx";
import { PlaceFields, placeOf, type WrittenPlace } from "./run-place-fields.tsx";
import { type RunTime, RunTimeFields, timeOf } from "./run-time-fields.tsx";
import { linkedParameters, type RunBase, runBase, sentParameters, withoutSecrets } from "./run-values.ts";

/** Starts a run of a deployment: its parameters, when, under which name and tags. */
export function RunForm(props: {
  readonly form: RunFormData;
  /** What the address asks the form to begin with. */
  readonly asked: { readonly from: string | undefined; readonly parameters: string | undefined };
  readonly onCreated: (flowRunId: string) => void;
}) {
  const { form, asked } = props;
  const { deployment } = form;
  const base = useMemo(() => {
    const over = [form.from?.parameters, linkedParameters(asked.parameters)];
    return runBase({ schema: form.parameter_schema, parameters: deployment.parameters, over });
  }, [form, deployment, asked.parameters]);
  const [written, setWritten] = useState<WrittenValues>(() => ({ value: base.begin, isValid: isValid(base) }));
  const [labels, setLabels] = useState<RunLabels>({ name: "", tags: tagsBeside(form) });
  const [place, setPlace] = useState<WrittenPlace>(() => placeOf(form));
  const [time, setTime] = useState<RunTime>({ when: "now" });
  const [showProblems, setShowProblems] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const parameters = sentParameters(base, written.value, deployment.parameters);
  const fromServer = useServerCheck(form.parameter_schema, { ...deployment.parameters, ...parameters });
  const start = timeOf(time);
  const create = useMutation({
    mutationFn: () =>
      createRun(deployment.id, { parameters, start, ...labels, tags: tagsIn(labels.tags), place: place.value }),
    onSuccess: (run) => props.onCreated(run.id),
    onError: () => focusFirstProblem(element.current),
  });
  const refusal = create.isError ? refusalOf(create.error) : undefined;
  const refused = refusal === undefined ? undefined : problemInRefusal(refusal);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShowProblems(true);
    if (written.isValid && place.isValid && start !== undefined) create.mutate();
    else focusFirstProblem(element.current);
  };
  return (
    <form ref={element} noValidate onSubmit={submit} className="flex w-full max-w-3xl min-w-0 flex-col gap-3">
      <RunNotes form={form} asked={asked} />
      <Section
        title="Parameters"
        tools={
          <CopyButton
            text={() => linkTo(deployment.id, withoutSecrets(base, parameters))}
            label="Copy a link to the form with these parameters, without secrets"
          />
        }
      >
        <div className="p-3">
          {takesNone(form.parameter_schema) ? (
            <p className="text-muted">The flow takes no parameters.</p>
          ) : (
            <ValuesForm
              label="Parameters"
              drawn={base.drawn}
              value={base.begin}
              serverProblems={refused === undefined ? fromServer : [refused, ...fromServer]}
              showProblems={showProblems}
              onChange={(next) => {
                create.reset();
                setWritten(next);
              }}
            />
          )}
        </div>
      </Section>
      <Section title="When">
        <RunTimeFields value={time} onChange={setTime} />
      </Section>
      <Section title="Name and tags">
        <RunLabelFields
          value={labels}
          tags={deployment.tags}
          suggestedName={form.suggested_name}
          onChange={setLabels}
        />
      </Section>
      {form.work_pool === null ? null : (
        <PlaceFields
          form={form}
          pool={form.work_pool}
          value={place}
          onChange={(next) => {
            create.reset();
            setPlace(next);
          }}
        />
      )}
      <div className="flex flex-wrap items-center justify-end gap-3">
        {refusal === undefined ? null : (
          <p role="alert" className="mr-auto min-w-0 break-words text-danger">
            {refusal}
          </p>
        )}
        {refusal === undefined && showProblems && !written.isValid ? (
          <p role="alert" className="mr-auto text-danger">
            Some parameters are missing or wrong.
          </p>
        ) : null}
        {showProblems && !place.isValid ? (
          <p role="alert" className="mr-auto text-danger">
            Some fields under “Where it runs” are wrong.
          </p>
        ) : null}
        <AddSchedule form={form} parameters={parameters} disabled={!written.isValid} />
        <Button type="submit" look="primary" icon="play" disabled={create.isPending}>
          {time.when === "now" ? "Run" : "Schedule the run"}
        </Button>
      </div>
    </form>
  );
}

function isValid({ drawn, begin }: RunBase): boolean {
  return drawn === undefined || problemsIn(drawn, toFormData(begin)).length === 0;
}

function takesNone(schema: RunFormData["parameter_schema"]): boolean {
  const properties = schema?.properties;
  return isObject(properties) && Object.keys(properties).length === 0;
}

/** The tags of the run that the form begins with, without those that the deployment adds. */
function tagsBeside({ from, deployment }: RunFormData): string {
  return from === null ? "" : from.tags.filter((tag) => !deployment.tags.includes(tag)).join(", ");
}

function linkTo(deploymentId: string, parameters: object): string {
  const search = new URLSearchParams({ parameters: JSON.stringify(parameters) });
  return pageAddress(`deployments/${deploymentId}/run?${search.toString()}`);
}

/** After the problems are shown. */
function focusFirstProblem(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}
