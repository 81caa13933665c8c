import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FlowRunPage } from "../api/types.ts";
import { Button, Segmented } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount } from "../format.ts";
import { rescheduleRun } from "../runs/run-actions.ts";
import { flowRunQuery, parameterSchemaQuery } from "./flow-run.queries.ts";

const SchemaForm = onDemand(
  () => import("../forms/schema-form.tsx").then((module) => module.SchemaForm),
  <Skeleton rows={4} height={28} />,
);

type Way = "failed" | "start" | "parameters";

/**
 * Runs it again. A run of a deployment is scheduled and picked up by a worker; a run that a program started can only be
 * started where that program is, so the command for it is shown, ready to be copied.
 */
export function RetryDialog({ page, onClose }: { readonly page: FlowRunPage; readonly onClose: () => void }) {
  const run = page.flow_run;
  const kept = page.kept_result_count;
  const resumable = kept > 0 && run.state_type !== "COMPLETED";
  const [way, setWay] = useState<Way>(resumable ? "failed" : "start");
  const options = [
    ...(resumable ? [{ value: "failed" as const, label: "From what failed" }] : []),
    { value: "start" as const, label: "From the start" },
    { value: "parameters" as const, label: "With other parameters" },
  ];
  return (
    <Dialog open wide title={`Retry ${run.name}`} onOpenChange={onClose}>
      <div className="flex flex-col gap-3">
        <Segmented label="How" value={way} options={options} onChange={setWay} />
        {run.deployment_id !== null && way === "failed" ? (
          <Reschedule page={page} onClose={onClose} />
        ) : (
          <Command page={page} way={way} />
        )}
      </div>
    </Dialog>
  );
}

function Reschedule({ page, onClose }: { readonly page: FlowRunPage; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const retry = useMutation({
    mutationFn: () => rescheduleRun(page.flow_run.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: flowRunQuery(page.flow_run.id).queryKey });
      onClose();
    },
  });
  return (
    <>
      <p className="text-muted">
        The same run is scheduled again and goes on where a worker takes it;{" "}
        {amount(page.kept_result_count, "finished task")} keep their results.
      </p>
      {retry.isError ? (
        <p role="alert" className="text-danger">
          {messageOf(retry.error)}
        </p>
      ) : null}
      <Button
        look="primary"
        icon="retry"
        className="self-end"
        disabled={retry.isPending}
        onClick={() => retry.mutate()}
      >
        Retry
      </Button>
    </>
  );
}

function Command({ page, way }: { readonly page: FlowRunPage; readonly way: Way }) {
  const run = page.flow_run;
  const [parameters, setParameters] = useState<Parameters | undefined>(run.parameters);
  const file = fileOf(page);
  return (
    <>
      <p className="text-muted">
        {way === "failed"
          ? `A program started this run, so it goes on where that program is. ${amount(page.kept_result_count, "finished task")} keep their results and are not run again; everything else is.`
          : `A program started this run, so it is started again where that program is. It becomes a run of its own, and every task runs${page.kept_result_count > 0 ? ", but for those whose result is still in the cache" : ""}.`}
      </p>
      {way === "parameters" ? <ParameterForm page={page} onChange={setParameters} /> : null}
      {way === "parameters" && parameters === undefined ? (
        <p className="text-muted">The command is here once the parameters are complete.</p>
      ) : (
        <CodeBlock
          code={commandFor(file, way === "failed" ? run.id : undefined, parameters ?? {})}
          label="Copy the command"
        />
      )}
      {way !== "failed" && JSON.stringify(parameters ?? {}).includes(masked) ? (
        <p className="text-xs text-faint">Secrets are never kept: put yours in place of {masked}.</p>
      ) : null}
      {file === undefined ? (
        <p className="text-xs text-faint">
          Which file holds the flow was not told: put it in place of {placeholder}. A flow in Python is started again by
          its own program, with these parameters.
        </p>
      ) : null}
    </>
  );
}

type Parameters = Readonly<Record<string, unknown>>;

/** The fields of the flow's parameters, where their schema is known, filled with those of this run. */
function ParameterForm(props: {
  readonly page: FlowRunPage;
  readonly onChange: (parameters: Parameters | undefined) => void;
}) {
  const run = props.page.flow_run;
  const schema = useQuery(parameterSchemaQuery(run.flow_id));
  if (schema.isPending) return <Skeleton rows={4} height={28} />;
  return (
    <SchemaForm label="Parameters" schema={schema.data?.schema} value={run.parameters} onChange={props.onChange} />
  );
}

const placeholder = "your-flow.ts";
/** What stands for a secret in parameters that were kept. */
const masked = "********";

function commandFor(file: string | undefined, resume: string | undefined, parameters: Parameters): string {
  const start = `npx ostinato run ${file ?? placeholder}`;
  if (resume !== undefined) return `${start} --resume ${resume}`;
  return Object.keys(parameters).length === 0 ? start : `${start} -P ${quoted(JSON.stringify(parameters))}`;
}

/** The file of the flow, where the client told it, and the flow's name, for a file that holds several. */
function fileOf({ flow_run, flow }: FlowRunPage): string | undefined {
  const file = flow_run.labels["ostinato.entrypoint"];
  if (typeof file !== "string" || file === "") return undefined;
  return quotedIfNeeded(`${file}:${flow.name}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quotedIfNeeded(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : quoted(text);
}
