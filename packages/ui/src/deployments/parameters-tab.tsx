import type { updateDeployment } from "@ostinato/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { call } from "../api/api.ts";
import type { Deployment, DeploymentPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { JsonView } from "../components/json-view.tsx";
import { ParameterSchema } from "../flows/parameter-schema.tsx";
import { SchemaForm, type WrittenValues } from "../forms/schema-form.tsx";
import { deploymentQuery } from "./deployments.queries.ts";

/** What runs of the deployment get, and what the flow takes. */
export function ParametersTab({ page }: { readonly page: DeploymentPage }) {
  const { deployment } = page;
  const [editing, setEditing] = useState(false);
  const names = Object.keys(deployment.parameters);
  return (
    <div className="flex flex-col gap-5">
      <section className="flex max-w-4xl flex-col gap-2">
        <div className="flex items-center gap-3">
          <h2 className="font-semibold">Defaults of this deployment</h2>
          <Button icon="edit" onClick={() => setEditing(true)}>
            Edit
          </Button>
        </div>
        {names.length === 0 ? (
          <p className="text-muted">
            This deployment sets no parameters. A run uses the defaults of the flow and the values given when it is
            started.
          </p>
        ) : (
          <dl className="rounded-lg border bg-surface">
            {names.map((name) => (
              <div
                key={name}
                className="grid grid-cols-1 gap-x-4 border-b px-3 py-1.5 last:border-0 sm:grid-cols-[minmax(120px,max-content)_minmax(0,1fr)]"
              >
                <dt className="font-mono text-xs leading-6">{name}</dt>
                <dd className="min-w-0">
                  <Value value={deployment.parameters[name]} />
                </dd>
              </div>
            ))}
          </dl>
        )}
        <p className="text-muted">
          {deployment.enforce_parameter_schema
            ? "A run whose parameters do not match the schema is refused."
            : "Parameters are not checked against the schema."}
        </p>
      </section>
      <section className="flex flex-col gap-2">
        <h2 className="font-semibold">Parameters of the flow</h2>
        <ParameterSchema schema={deployment.parameter_openapi_schema} />
      </section>
      {editing ? <EditParameters deployment={deployment} onClose={() => setEditing(false)} /> : null}
    </div>
  );
}

function Value({ value }: { readonly value: unknown }) {
  if (typeof value === "object" && value !== null) return <JsonView value={value} />;
  return <code className="text-xs leading-6 break-words">{JSON.stringify(value)}</code>;
}

function EditParameters({ deployment, onClose }: { readonly deployment: Deployment; readonly onClose: () => void }) {
  const [written, setWritten] = useState<WrittenValues>({ value: deployment.parameters, isValid: true });
  // Whoever starts a run gives what is required and has no default here.
  const schema = useMemo(() => ({ ...deployment.parameter_openapi_schema, required: [] }), [deployment]);
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      call<typeof updateDeployment>("PATCH /deployments/{id}", {
        params: { id: deployment.id },
        body: { parameters: { ...written.value } },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: deploymentQuery(deployment.id).queryKey });
      onClose();
    },
  });
  return (
    <Dialog open wide title={`Parameters of ${deployment.name}`} onOpenChange={onClose}>
      <div className="flex flex-col gap-3">
        <SchemaForm label="Parameters" schema={schema} value={deployment.parameters} onChange={setWritten} />
        {save.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(save.error)}
          </p>
        ) : null}
        <p className="text-muted">Planned runs are replaced by runs with these parameters.</p>
        <DialogButtons onKeep={onClose}>
          <Button look="primary" disabled={save.isPending || !written.isValid} onClick={() => save.mutate()}>
            Save
          </Button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}
