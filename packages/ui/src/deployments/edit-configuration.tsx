import { parseJson } from "@ostinato/core";
import type { DeploymentUpdate, updateDeployment } from "@ostinato/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/api.ts";
import type { Deployment } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { fieldClass, Select, TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { deploymentQuery } from "./deployments.queries.ts";

/** What is typed, as text: a number may be half written. */
interface Draft {
  readonly description: string;
  readonly tags: string;
  readonly limit: string;
  readonly strategy: "ENQUEUE" | "CANCEL_NEW";
  readonly missed: "all" | "latest" | "none";
  readonly expire: string;
  readonly onCrash: "stay" | "restart";
  readonly maxRestarts: string;
  readonly jobVariables: string;
}

/** Changes what the deployment says. */
export function EditConfiguration(props: { readonly deployment: Deployment; readonly onClose: () => void }) {
  const { deployment, onClose } = props;
  const [draft, setDraft] = useState(() => draftOf(deployment));
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const body = changeOf(draft, deployment);
      await call<typeof updateDeployment>("PATCH /deployments/{id}", { params: { id: deployment.id }, body });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: deploymentQuery(deployment.id).queryKey });
      onClose();
    },
  });
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  return (
    <Dialog open wide title={`Configuration of ${deployment.name}`} onOpenChange={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Labelled name="Description (Markdown)">
          <textarea
            rows={4}
            className={`${fieldClass} h-auto py-1`}
            value={draft.description}
            onChange={(event) => set({ description: event.target.value })}
          />
        </Labelled>
        <Labelled name="Tags, separated by commas">
          <TextField value={draft.tags} onChange={(event) => set({ tags: event.target.value })} />
        </Labelled>
        <div className="grid gap-3 sm:grid-cols-2">
          <Labelled name="Runs at once">
            {" "}
            <TextField
              placeholder="no limit"
              type="number"
              min={1}
              value={draft.limit}
              onChange={(event) => set({ limit: event.target.value })}
            />
          </Labelled>
          <Choice
            name="A run beyond the limit"
            value={draft.strategy}
            options={[
              { value: "ENQUEUE", label: "waits" },
              { value: "CANCEL_NEW", label: "is cancelled" },
            ]}
            onChange={(strategy) => set({ strategy })}
          />
          <Choice
            name="Runs missed while nobody served the deployment"
            value={draft.missed}
            options={[
              { value: "all", label: "all start, late" },
              { value: "latest", label: "only the latest starts" },
              { value: "none", label: "none starts" },
            ]}
            onChange={(missed) => set({ missed })}
          />
          <Labelled name="Cancel a run that is late by (seconds)">
            <TextField
              type="number"
              min={1}
              placeholder="never"
              value={draft.expire}
              onChange={(event) => set({ expire: event.target.value })}
            />
          </Labelled>
          <Choice
            name="A run whose process died"
            value={draft.onCrash}
            options={[
              { value: "stay", label: "stays crashed" },
              { value: "restart", label: "restarts after its last finished task" },
            ]}
            onChange={(onCrash) => set({ onCrash })}
          />
          {draft.onCrash === "stay" ? null : (
            <Labelled name="Restarts at most">
              <TextField
                type="number"
                min={0}
                placeholder="3"
                value={draft.maxRestarts}
                onChange={(event) => set({ maxRestarts: event.target.value })}
              />
            </Labelled>
          )}
        </div>
        {/* With a work pool they have a form of their own. */}
        {deployment.work_pool_name === null ? (
          <Labelled name="Job variables (JSON)">
            <textarea
              rows={4}
              spellCheck={false}
              className={`${fieldClass} h-auto py-1 font-mono text-xs`}
              value={draft.jobVariables}
              onChange={(event) => set({ jobVariables: event.target.value })}
            />
          </Labelled>
        ) : null}
        {save.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(save.error)}
          </p>
        ) : null}
        <DialogButtons onKeep={onClose}>
          <Button type="submit" look="primary" disabled={save.isPending}>
            Save
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function Choice<Value extends string>(props: {
  readonly name: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span aria-hidden="true" className="text-muted">
        {props.name}
      </span>
      <Select label={props.name} value={props.value} options={props.options} onChange={props.onChange} />
    </div>
  );
}

function draftOf(deployment: Deployment): Draft {
  const { run_policy: policy, concurrency_options: options, global_concurrency_limit: limit } = deployment;
  return {
    description: deployment.description ?? "",
    tags: deployment.tags.join(", "),
    limit: limit === null ? "" : String(limit.limit),
    strategy: options?.collision_strategy ?? "ENQUEUE",
    missed: policy.missed ?? "all",
    expire: policy.expire_after_seconds == null ? "" : String(policy.expire_after_seconds),
    onCrash: policy.on_crash ?? "stay",
    maxRestarts: policy.max_restarts == null ? "" : String(policy.max_restarts),
    jobVariables: JSON.stringify(deployment.job_variables, null, 2),
  };
}

function changeOf(draft: Draft, deployment: Deployment): DeploymentUpdate {
  const limit = numberIn(draft.limit);
  return {
    description: draft.description === "" ? null : draft.description,
    tags: [...new Set(draft.tags.split(",").flatMap((tag) => (tag.trim() === "" ? [] : [tag.trim()])))],
    concurrency_limit: limit,
    concurrency_options:
      limit === null ? null : { ...deployment.concurrency_options, collision_strategy: draft.strategy },
    run_policy: {
      missed: draft.missed,
      expire_after_seconds: numberIn(draft.expire),
      on_crash: draft.onCrash,
      max_restarts: draft.onCrash === "stay" ? null : numberIn(draft.maxRestarts),
    },
    ...(deployment.work_pool_name === null ? { job_variables: jobVariablesIn(draft.jobVariables) } : {}),
  };
}

function numberIn(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

function jobVariablesIn(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text.trim() === "" ? "{}" : text);
  } catch (error) {
    throw new Error(`The job variables are not JSON: ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error('The job variables are not an object, such as {"env": {}}.');
  return value as Record<string, unknown>;
}
