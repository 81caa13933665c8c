import type { updateDeployment } from "@ostinato/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/api.ts";
import type { Deployment } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { Failure, messageOf } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import type { WrittenValues } from "../forms/schema-form.tsx";
import { JobVariablesForm } from "../work-pools/job-variables-form.tsx";
import { workPoolQuery } from "../work-pools/work-pools.queries.ts";
import { deploymentQuery } from "./deployments.queries.ts";

/** What a deployment changes in the job template of its work pool, as a form. */
export function EditJobVariables(props: {
  readonly deployment: Deployment;
  readonly pool: string;
  readonly onClose: () => void;
}) {
  const { deployment, pool, onClose } = props;
  const query = useQuery(workPoolQuery(pool));
  const [written, setWritten] = useState<WrittenValues>({ value: deployment.job_variables, isValid: true });
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      call<typeof updateDeployment>("PATCH /deployments/{id}", {
        params: { id: deployment.id },
        body: { job_variables: { ...written.value } },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: deploymentQuery(deployment.id).queryKey });
      onClose();
    },
  });
  return (
    <Dialog open wide title={`Job variables of ${deployment.name}`} onOpenChange={onClose}>
      <div className="flex flex-col gap-3">
        {query.isError ? (
          <Failure error={query.error} what="The work pool" onRetry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <Skeleton rows={6} />
        ) : (
          <JobVariablesForm
            template={query.data.pool.base_job_template}
            value={deployment.job_variables}
            onChange={(next) => {
              save.reset();
              setWritten(next);
            }}
          />
        )}
        {save.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(save.error)}
          </p>
        ) : null}
        <p className="text-muted">An empty field takes the value of the work pool.</p>
        <DialogButtons onKeep={onClose}>
          <Button
            look="primary"
            disabled={save.isPending || !written.isValid || query.data === undefined}
            onClick={() => save.mutate()}
          >
            Save
          </Button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}
