import { parseJson, stateNames } from "@ostinato/core";
import type { readFlowRunInput } from "@ostinato/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/api.ts";
import type { FlowRunPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Failure, messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { resumeRun } from "../runs/run-actions.ts";
import { flowRunQuery } from "./flow-run.queries.ts";

const SchemaForm = onDemand(
  () => import("../forms/schema-form.tsx").then((module) => module.SchemaForm),
  <Skeleton rows={3} height={28} />,
);

type Input = Readonly<Record<string, unknown>>;
const noInput: Input = {};

/** Resumes a paused run, with the input that it asked for. */
export function ResumeDialog({ page, onClose }: { readonly page: FlowRunPage; readonly onClose: () => void }) {
  const run = page.flow_run;
  const schemaKey = run.state?.state_details.run_input_keyset?.schema;
  const queryClient = useQueryClient();
  const [input, setInput] = useState<Input | undefined>(noInput);
  const schema = useQuery({
    queryKey: ["flow-run", run.id, "input", schemaKey],
    enabled: schemaKey !== undefined,
    queryFn: ({ signal }) =>
      call<typeof readFlowRunInput>("GET /flow_runs/{id}/input/{key}", {
        params: { id: run.id, key: schemaKey ?? "" },
        signal,
      }),
  });
  const resume = useMutation({
    mutationFn: () => resumeRun(run.id, schemaKey === undefined ? undefined : input),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: flowRunQuery(run.id).queryKey });
      onClose();
    },
  });
  return (
    <Dialog open title={`Resume ${run.name}`} onOpenChange={onClose}>
      <div className="flex flex-col gap-3">
        <p className="text-muted">
          {run.state?.name === stateNames.suspended
            ? "It starts again from the beginning; finished tasks keep their results."
            : "Its process goes on where it waits."}
        </p>
        {schema.isError ? (
          <Failure error={schema.error} what="What it asks for" onRetry={() => void schema.refetch()} />
        ) : null}
        {schemaKey !== undefined && schema.isPending ? <Skeleton rows={3} height={28} /> : null}
        {schema.data === undefined ? null : (
          <SchemaForm
            label="Input"
            schema={schemaIn(schema.data)}
            value={noInput}
            onChange={({ value, isValid }) => setInput(isValid ? value : undefined)}
          />
        )}
        {resume.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(resume.error)}
          </p>
        ) : null}
        <Button
          look="primary"
          icon="play"
          className="self-end"
          disabled={resume.isPending || input === undefined || (schemaKey !== undefined && schema.data === undefined)}
          onClick={() => resume.mutate()}
        >
          Resume the run
        </Button>
      </div>
    </Dialog>
  );
}

/** The stored schema: JSON, or its text. */
function schemaIn(kept: unknown): unknown {
  if (typeof kept !== "string") return kept;
  try {
    return parseJson(kept);
  } catch {
    return null;
  }
}
