import type { RunForm } from "@ostinato/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { linkedParameters } from "./run-values.ts";

/** What the form begins with, and what to know of the deployment. */
export function RunNotes(props: {
  readonly form: RunForm;
  readonly asked: { readonly from: string | undefined; readonly parameters: string | undefined };
}) {
  const { form, asked } = props;
  const { deployment, from } = form;
  return (
    <>
      {(deployment.description ?? "") === "" ? null : (
        <p className="max-w-2xl whitespace-pre-line text-muted">{deployment.description}</p>
      )}
      {from === null ? null : (
        <Note>
          The form begins with the parameters of{" "}
          <Link to="/runs/flow-run/$id" params={{ id: from.id }} className="font-medium text-text hover:underline">
            {from.name}
          </Link>
          {from.flow_id === form.flow.id ? "" : ", a run of another flow"}.{" "}
          {JSON.stringify(from.parameters).includes("********")
            ? "Secrets are never kept: write them again, unless the deployment has them. "
            : ""}
          {from.parameters_are_exact
            ? ""
            : "JSON can't hold some of its values, such as maps: look at how they stand here before you run it."}
        </Note>
      )}
      {asked.from !== undefined && from === null ? (
        <Note>The run whose parameters were asked for is gone, so the form begins with the defaults.</Note>
      ) : null}
      {asked.parameters !== undefined && linkedParameters(asked.parameters) === undefined ? (
        <Note>The parameters in the address are not an object of JSON, so they are left out.</Note>
      ) : null}
      {deployment.status === "NOT_READY" ? (
        <Note>Nobody serves this deployment now. The run waits until somebody does.</Note>
      ) : null}
      {deployment.paused ? (
        <Note>The schedules of this deployment are paused. A run that is started here is not.</Note>
      ) : null}
      {deployment.enforce_parameter_schema || form.parameter_schema === null ? null : (
        <Note>The server does not hold runs of this deployment to the schema of the parameters; the flow may.</Note>
      )}
    </>
  );
}

function Note({ children }: { readonly children: ReactNode }) {
  return <p className="max-w-2xl rounded-md border bg-sunken px-3 py-1.5 text-muted">{children}</p>;
}
