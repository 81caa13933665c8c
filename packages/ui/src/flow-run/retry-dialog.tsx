import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { FlowRunPage } from "../api/types.ts";
import { Button, buttonClass, Segmented } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount } from "../format.ts";
import { rescheduleRun } from "../runs/run-actions.ts";
import { flowRunQuery, parameterSchemaQuery } from "./flow-run.queries.ts";
import {
  type Parameters,
  pythonPlaceholder,
  resumeCommand,
  type Starter,
  startCommand,
  starterOf,
} from "./start-commands.ts";

const SchemaForm = onDemand(
  () => import("../forms/schema-form.tsx").then((module) => module.SchemaForm),
  <Skeleton rows={4} height={28} />,
);

type Way = "failed" | "start" | "parameters";

/**
 * Retries a run. A deployment's run is scheduled again; a run started by a program can only start where that program is, so its
 * command is shown for copying.
 */
export function RetryDialog(props: {
  readonly page: FlowRunPage;
  /** Whether a new run with the same parameters is asked for, rather than this one again. */
  readonly isNew: boolean;
  readonly onClose: () => void;
}) {
  const { page, isNew, onClose } = props;
  const run = page.flow_run;
  if (isNew) {
    return (
      <Dialog open wide title={`Copy ${run.name} to a new run`} onOpenChange={onClose}>
        <Commands page={page} isNew />
      </Dialog>
    );
  }
  if (run.deployment_id !== null && run.deployment_name !== null) {
    return (
      <Dialog open title={`Retry ${run.name}`} onOpenChange={onClose}>
        <Reschedule page={page} deploymentId={run.deployment_id} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog open wide title={`Retry ${run.name}`} onOpenChange={onClose}>
      <Commands page={page} isNew={false} />
    </Dialog>
  );
}

function Commands({ page, isNew }: { readonly page: FlowRunPage; readonly isNew: boolean }) {
  const run = page.flow_run;
  const kept = page.kept_result_count;
  const starter = starterOf(page);
  const resumable = !isNew && (kept > 0 || starter.kind === "python") && run.state_type !== "COMPLETED";
  const [way, setWay] = useState<Way>(resumable ? "failed" : "start");
  const options = [
    ...(resumable ? [{ value: "failed" as const, label: "From where it failed" }] : []),
    { value: "start" as const, label: isNew ? "With the same parameters" : "From the start" },
    { value: "parameters" as const, label: "With other parameters" },
  ];
  return (
    <div className="flex flex-col gap-3">
      <Segmented label="How" value={way} options={options} onChange={setWay} />
      <Command page={page} way={way} starter={starter} />
    </div>
  );
}

function Reschedule(props: {
  readonly page: FlowRunPage;
  readonly deploymentId: string;
  readonly onClose: () => void;
}) {
  const { page, deploymentId, onClose } = props;
  const queryClient = useQueryClient();
  const retry = useMutation({
    mutationFn: () => rescheduleRun(page.flow_run.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: flowRunQuery(page.flow_run.id).queryKey });
      onClose();
    },
  });
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted">
        The run is scheduled again with the same parameters, and starts where its deployment is served.{" "}
        {whatRunsAgain(starterOf(page), page)}
      </p>
      {retry.isError ? (
        <p role="alert" className="text-danger">
          {messageOf(retry.error)}
        </p>
      ) : null}
      <div className="flex flex-wrap justify-end gap-2">
        <Link
          to="/deployments/$id/run"
          params={{ id: deploymentId }}
          search={{ from: page.flow_run.id }}
          className={buttonClass()}
        >
          A new run with other parameters…
        </Link>
        <Button look="primary" icon="retry" disabled={retry.isPending} onClick={() => retry.mutate()}>
          Retry
        </Button>
      </div>
    </div>
  );
}

function Command({ page, way, starter }: { readonly page: FlowRunPage; readonly way: Way; readonly starter: Starter }) {
  const run = page.flow_run;
  const [parameters, setParameters] = useState<Parameters | undefined>(run.parameters);
  return (
    <>
      <p className="text-muted">{way === "failed" ? adviceToResume(starter, page) : adviceToStart(starter, page)}</p>
      {way === "parameters" ? <ParameterForm page={page} onChange={setParameters} /> : null}
      {way === "parameters" && parameters === undefined ? (
        <p className="text-muted">The command appears here once the parameters are complete.</p>
      ) : (
        <CodeBlock
          code={way === "failed" ? resumeCommand(starter, page) : startCommand(starter, page, parameters ?? {})}
          label="Copy the command"
        />
      )}
      {way !== "failed" && JSON.stringify(parameters ?? {}).includes(masked) ? (
        <p className="text-xs text-faint">Secrets are never stored: replace {masked} with yours.</p>
      ) : null}
      {starter.kind === "python" ? (
        <p className="text-xs text-faint">
          Prefect's client does not report the file of the flow: replace {pythonPlaceholder} with it, and set
          PREFECT_API_URL to this server.
        </p>
      ) : null}
    </>
  );
}

function adviceToResume(starter: Starter, page: FlowRunPage): string {
  if (starter.kind === "python")
    return `A program started this run. Run the command where that program is: it calls the flow again as the same run. ${whatRunsAgain(starter, page)}`;
  return `A program started this run. Run the command where that program is: it continues the run. ${whatRunsAgain(starter, page)}`;
}

/** Of a retried run: the results that are kept, and what runs again. */
function whatRunsAgain(starter: Starter, { kept_result_count: kept }: FlowRunPage): string {
  if (starter.kind === "python" && kept === 0)
    return "Tasks with persisted results (persist_result=True) keep them; all others run again.";
  if (kept === 0) return "No finished task has kept a result, so everything runs again.";
  return `${amount(kept, "finished task")} ${kept === 1 ? "keeps its result" : "keep their results"}; everything else runs again.`;
}

function adviceToStart(starter: Starter, page: FlowRunPage): string {
  const reused =
    starter.kind === "python"
      ? ", unless a cache policy finds a persisted result"
      : page.kept_result_count > 0
        ? ", except those whose result is still in the cache"
        : "";
  return `A program started this run. Run the command where that program is: it starts a new run, and every task runs${reused}.`;
}

/** The fields of the flow's parameters, if their schema is known, filled with those of this run. */
function ParameterForm(props: {
  readonly page: FlowRunPage;
  readonly onChange: (parameters: Parameters | undefined) => void;
}) {
  const run = props.page.flow_run;
  const schema = useQuery(parameterSchemaQuery(run.flow_id));
  if (schema.isPending) return <Skeleton rows={4} height={28} />;
  return (
    <SchemaForm
      label="Parameters"
      schema={schema.data?.schema}
      value={run.parameters}
      onChange={({ value, isValid }) => props.onChange(isValid ? value : undefined)}
    />
  );
}

/** The placeholder for a secret in stored parameters. */
const masked = "********";
