import type { createDeployment } from "@ostinato/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../api/api.ts";
import type { Deployment } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";

/** Makes a deployment of the same flow that says the same, under another name. It begins paused. */
export function DuplicateDialog({
  deployment,
  onClose,
}: {
  readonly deployment: Deployment;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(`${deployment.name}-copy`);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const duplicate = useMutation({
    mutationFn: () => call<typeof createDeployment>("POST /deployments/", { body: { ...copyOf(deployment), name } }),
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: ["deployments", "list"] });
      onClose();
      await navigate({ to: "/deployments/$id", params: { id } });
    },
  });
  const isTaken = name.trim() === deployment.name;
  return (
    <Dialog open title={`Duplicate ${deployment.name}`} onOpenChange={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          duplicate.mutate();
        }}
      >
        <p className="text-muted">
          The copy has the same schedules, parameters and configuration, and starts paused. Its runs start once a
          program or a worker asks for them.
        </p>
        <Labelled name="Name" required>
          <TextField value={name} onChange={(event) => setName(event.target.value)} required maxLength={600} />
        </Labelled>
        {isTaken ? <p className="text-danger">The original has this name.</p> : null}
        {duplicate.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(duplicate.error)}
          </p>
        ) : null}
        <DialogButtons onKeep={onClose}>
          <Button type="submit" look="primary" disabled={duplicate.isPending || isTaken || name.trim() === ""}>
            Duplicate
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function copyOf(deployment: Deployment) {
  const { global_concurrency_limit: limit } = deployment;
  return {
    flow_id: deployment.flow_id,
    paused: true,
    version: deployment.version,
    description: deployment.description,
    tags: deployment.tags,
    parameters: deployment.parameters,
    parameter_openapi_schema: deployment.parameter_openapi_schema,
    enforce_parameter_schema: deployment.enforce_parameter_schema,
    path: deployment.path,
    entrypoint: deployment.entrypoint,
    pull_steps: deployment.pull_steps,
    work_pool_name: deployment.work_pool_name,
    work_queue_name: deployment.work_queue_name,
    job_variables: deployment.job_variables,
    concurrency_limit: limit?.limit ?? null,
    concurrency_options: deployment.concurrency_options,
    run_policy: deployment.run_policy,
    schedules: deployment.schedules.map(({ schedule, active, max_scheduled_runs, parameters, slug }) => ({
      schedule,
      active,
      max_scheduled_runs,
      parameters,
      slug,
    })),
  };
}
