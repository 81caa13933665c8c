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
          The form starts with the parameters of{" "}
          <Link to="/runs/flow-run/$id" params={{ id: from.id }} className="font-medium text-text hover:underline">
            {from.name}
          </Link>
          {from.flow_id === form.flow.id ? "" : ", a run of another flow"}.{" "}
          {JSON.stringify(from.parameters).includes("********")
            ? "Secrets are never stored: enter them again, unless the deployment sets them. "
            : ""}
          {from.parameters_are_exact
            ? ""
            : "JSON can't express some of its values, such as maps: check them here before you start the run."}
        </Note>
      )}
      {asked.from !== undefined && from === null ? (
        <Note>The run to copy has been deleted, so the form starts with the defaults.</Note>
      ) : null}
      {asked.parameters !== undefined && linkedParameters(asked.parameters) === undefined ? (
        <Note>The parameters in the address are not a JSON object, so the form ignores them.</Note>
      ) : null}
      {deployment.status === "NOT_READY" ? (
        <Note>Nobody serves this deployment now. The run waits until a program or a worker does.</Note>
      ) : null}
      {deployment.paused ? (
        <Note>The schedules of this deployment are paused. A run that you start here runs all the same.</Note>
      ) : null}
      {deployment.enforce_parameter_schema || form.parameter_schema === null ? null : (
        <Note>The server does not check the parameters of this deployment against their schema; the flow may.</Note>
      )}
    </>
  );
}

function Note({ children }: { readonly children: ReactNode }) {
  return <p className="max-w-2xl rounded-md border bg-sunken px-3 py-1.5 text-muted">{children}</p>;
}
