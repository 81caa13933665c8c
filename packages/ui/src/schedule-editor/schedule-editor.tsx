import type { Deployment, DeploymentSchedule, DeploymentScheduleCreate } from "@ostinato/protocol";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useMemo, useState } from "react";
import { Button } from "../components/button.tsx";
import { DialogButtons } from "../components/dialog.tsx";
import { TextField } from "../components/field.tsx";
import { ownZone } from "../components/zoned-time.ts";
import { ValuesForm } from "../forms/schema-form.tsx";
import { refusalOf } from "../run-form/create-run.ts";
import { runBase, sentParameters } from "../run-form/run-values.ts";
import { PreviewPanel } from "./preview-panel.tsx";
import { draftOf, newDraft, type ScheduleDraft, scheduleOf } from "./schedule-draft.ts";
import { ScheduleFields } from "./schedule-fields.tsx";
import { useSchedulePreview } from "./schedule-preview.ts";

export type WrittenSchedule = Pick<DeploymentScheduleCreate, "schedule" | "active" | "slug" | "parameters">;

/**
 * Writes a schedule of a deployment, or changes one: when it runs, with a preview of its next times, and the parameters of its runs. The
 * owner saves what `onSave` gives; what it throws is shown.
 */
export function ScheduleEditor(props: {
  readonly deployment: Pick<Deployment, "parameters" | "parameter_openapi_schema">;
  /** The schedule that is changed; without it a new one is written. */
  readonly schedule?: Pick<DeploymentSchedule, "schedule" | "active" | "slug" | "parameters">;
  /** The parameters with which a new one begins. */
  readonly parameters?: DeploymentSchedule["parameters"];
  readonly onSave: (written: WrittenSchedule) => Promise<unknown>;
  readonly onCancel: () => void;
}) {
  const { deployment, schedule: kept } = props;
  const keptParameters = kept?.parameters ?? props.parameters ?? noParameters;
  const [draft, setDraft] = useState<ScheduleDraft>(() => (kept === undefined ? newDraft(ownZone()) : draftOf(kept)));
  const [parameters, setParameters] = useState<ParametersOfSchedule>({ values: keptParameters, isValid: true });
  const schedule = scheduleOf(draft);
  const state = useSchedulePreview(schedule);
  const save = useMutation({ mutationFn: (written: WrittenSchedule) => props.onSave(written) });
  const problem = problemOf(schedule === undefined, state.isCurrent ? (state.preview?.problem ?? null) : null);
  const change = (next: Partial<ScheduleDraft>) => setDraft((before) => ({ ...before, ...next }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // React hands it on to a form around the dialog, which would send itself.
    event.stopPropagation();
    if (schedule === undefined || problem !== null || !parameters.isValid) return;
    save.mutate({
      schedule,
      active: draft.active,
      slug: draft.slug.trim() === "" ? null : draft.slug.trim(),
      parameters: { ...parameters.values },
    });
  };
  return (
    <form noValidate onSubmit={submit} className="flex min-w-0 flex-col gap-4">
      <div className="grid min-w-0 gap-4 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          <ScheduleFields draft={draft} onChange={change} problem={problem} />
          <Labels draft={draft} onChange={change} />
        </div>
        <PreviewPanel state={state} timezone={draft.timezone} />
      </div>
      <ParameterFields deployment={deployment} kept={keptParameters} onChange={setParameters} />
      {save.isError ? (
        <p role="alert" className="break-words text-danger">
          {refusalOf(save.error)}
        </p>
      ) : null}
      <DialogButtons onKeep={props.onCancel}>
        <Button
          type="submit"
          look="primary"
          disabled={save.isPending || schedule === undefined || problem !== null || !parameters.isValid}
        >
          {kept === undefined ? "Add the schedule" : "Save the schedule"}
        </Button>
      </DialogButtons>
    </form>
  );
}

const noParameters = {};

function problemOf(isNoNumber: boolean, fromServer: { readonly field: string; readonly message: string } | null) {
  return isNoNumber ? { field: "interval", message: "Write a number above 0." } : fromServer;
}

function Labels({
  draft,
  onChange,
}: {
  readonly draft: ScheduleDraft;
  readonly onChange: (change: Partial<ScheduleDraft>) => void;
}) {
  const id = useId();
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="flex min-w-0 flex-col gap-1">
        <label htmlFor={`${id}-slug`} className="w-fit font-medium">
          Name in commands
        </label>
        <TextField
          id={`${id}-slug`}
          autoComplete="off"
          className="w-56 max-w-full"
          placeholder="None"
          value={draft.slug}
          onChange={({ target }) => onChange({ slug: target.value })}
        />
      </div>
      <label htmlFor={`${id}-active`} className="flex h-7 w-fit items-center gap-2">
        <input
          id={`${id}-active`}
          type="checkbox"
          checked={draft.active}
          onChange={({ target }) => onChange({ active: target.checked })}
          className="size-4 accent-(--accent)"
        />
        Active
      </label>
    </div>
  );
}

interface ParametersOfSchedule {
  readonly values: Readonly<Record<string, unknown>>;
  readonly isValid: boolean;
}

/** Parameters that take the place of the deployment's in the runs of this schedule. */
function ParameterFields(props: {
  readonly deployment: Pick<Deployment, "parameters" | "parameter_openapi_schema">;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly onChange: (parameters: ParametersOfSchedule) => void;
}) {
  const { deployment, kept } = props;
  const base = useMemo(
    () => runBase({ schema: deployment.parameter_openapi_schema, parameters: deployment.parameters, over: [kept] }),
    [deployment, kept],
  );
  return (
    <details open={Object.keys(kept).length > 0}>
      <summary className="w-fit rounded-sm font-medium">Parameters of its runs</summary>
      <div className="mt-2 flex flex-col gap-2">
        <p className="text-xs text-muted">Values that you change here replace the parameters of the deployment.</p>
        <ValuesForm
          label="Parameters"
          drawn={base.drawn}
          value={base.begin}
          onChange={({ value, isValid }) =>
            props.onChange({ values: sentParameters(base, value, deployment.parameters), isValid })
          }
        />
      </div>
    </details>
  );
}
