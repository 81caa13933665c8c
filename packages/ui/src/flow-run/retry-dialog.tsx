import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { FlowRunPage } from "../api/types.ts";
import { Button, Segmented } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { messageOf } from "../components/failure.tsx";
import { fieldClass } from "../components/field.tsx";
import { amount } from "../format.ts";
import { rescheduleRun } from "../runs/run-actions.ts";
import { flowRunQuery } from "./flow-run.queries.ts";

type Way = "failed" | "start" | "parameters";

/**
 * Runs it again. A run of a deployment is scheduled and picked up by a worker; a run that a program started can only be
 * started where that program is, so the command for it is shown, ready to be copied.
 */
export function RetryDialog({ page, onClose }: { readonly page: FlowRunPage; readonly onClose: () => void }) {
  const run = page.flow_run;
  const kept = page.kept_result_count;
  const [way, setWay] = useState<Way>(kept > 0 && run.state_type !== "COMPLETED" ? "failed" : "start");
  const options = [
    ...(kept > 0 ? [{ value: "failed" as const, label: "From what failed" }] : []),
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
  const [text, setText] = useState(() => JSON.stringify(run.parameters, null, 2));
  const id = useId();
  const parameters = way === "parameters" ? parsed(text) : run.parameters;
  const file = fileOf(page);
  const command =
    way === "failed"
      ? `npx ostinato run ${file} --resume ${run.id}`
      : `npx ostinato run ${file}${parameters === undefined || Object.keys(parameters).length === 0 ? "" : ` -P ${quoted(JSON.stringify(parameters))}`}`;
  return (
    <>
      <p className="text-muted">
        {way === "failed"
          ? `A program started this run, so it goes on where that program is. ${amount(page.kept_result_count, "finished task")} keep their results and are not run again.`
          : "A program started this run, so it is started again where that program is. It becomes a run of its own."}
      </p>
      {way === "parameters" ? (
        <div className="flex flex-col gap-1">
          <label htmlFor={id} className="text-muted">
            Parameters, as JSON
          </label>
          <textarea
            id={id}
            rows={Math.min(14, text.split("\n").length + 1)}
            spellCheck={false}
            value={text}
            aria-invalid={parameters === undefined}
            onChange={(event) => setText(event.target.value)}
            className={`${fieldClass} !h-auto py-1.5 font-mono !text-xs`}
          />
          {parameters === undefined ? (
            <p role="alert" className="text-danger">
              This is not a JSON object yet: {jsonProblem(text)}
            </p>
          ) : null}
        </div>
      ) : null}
      {parameters === undefined ? null : <CodeBlock code={command} label="Copy the command" />}
      {file === placeholder ? (
        <p className="text-xs text-faint">Put the file that holds the flow in place of {placeholder}.</p>
      ) : null}
    </>
  );
}

const placeholder = "your-flow.ts";

/** The file of the flow, where the client told it. */
function fileOf(page: FlowRunPage): string {
  const entrypoint = page.flow_run.labels["ostinato.entrypoint"];
  return typeof entrypoint === "string" && entrypoint !== "" ? quotedIfNeeded(entrypoint) : placeholder;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function jsonProblem(text: string): string {
  try {
    JSON.parse(text);
    return "it must be written in { }.";
  } catch (error) {
    return messageOf(error);
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quotedIfNeeded(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : quoted(text);
}
