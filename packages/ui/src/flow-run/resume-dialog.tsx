import { stateNames } from "@ostinato/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FlowRunPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { Failure, messageOf } from "../components/failure.tsx";
import { Markdown } from "../components/markdown.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { resumeRun } from "../runs/run-actions.ts";
import { flowRunQuery } from "./flow-run.queries.ts";
import { askedIn, asksForInput, runInputsQuery } from "./run-inputs.queries.ts";

const SchemaForm = onDemand(
  () => import("../forms/schema-form.tsx").then((module) => module.SchemaForm),
  <Skeleton rows={3} height={28} />,
);

type Input = Readonly<Record<string, unknown>>;
const noInput: Input = {};

/** Resumes a paused run, with the input that it asked for. Where nothing is entered it asks once more. */
export function ResumeDialog({ page, onClose }: { readonly page: FlowRunPage; readonly onClose: () => void }) {
  const run = page.flow_run;
  const asks = asksForInput(run.state);
  const queryClient = useQueryClient();
  const [input, setInput] = useState<Input | undefined>(noInput);
  const [warned, setWarned] = useState(false);
  const inputs = useQuery({ ...runInputsQuery(run.id), enabled: asks });
  const asked = inputs.data === undefined ? undefined : askedIn(run.state, inputs.data);
  const resume = useMutation({
    mutationFn: () => resumeRun(run.id, asks ? input : undefined),
    onSuccess: async () => {
      await Promise.all(
        [flowRunQuery(run.id), runInputsQuery(run.id)].map(({ queryKey }) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
      onClose();
    },
  });
  const isEmpty = asks && input !== undefined && Object.keys(input).length === 0;
  const hasSecondLook = isEmpty && hasFields(asked?.schema);
  return (
    <Dialog open title={`Resume ${run.name}`} onOpenChange={onClose}>
      <div className="flex flex-col gap-3">
        <p className="text-muted">
          {run.state?.name === stateNames.suspended
            ? "The run starts again from the beginning. Finished tasks keep their results."
            : "The run continues where it paused."}
        </p>
        {inputs.isError ? (
          <Failure error={inputs.error} what="What it asks for" onRetry={() => void inputs.refetch()} />
        ) : null}
        {asks && inputs.isPending ? <Skeleton rows={3} height={28} /> : null}
        {asked === undefined ? null : (
          <>
            <Explanation description={asked.description} schema={asked.schema} />
            <SchemaForm
              label="Input"
              schema={asked.schema}
              value={noInput}
              onChange={({ value, isValid }) => {
                setWarned(false);
                setInput(isValid ? value : undefined);
              }}
            />
          </>
        )}
        {warned && hasSecondLook ? (
          <p role="alert" className="rounded-md border border-l-3 border-l-(--state-late) px-3 py-2">
            You have entered nothing. The run continues with the default of every field.
          </p>
        ) : null}
        {resume.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(resume.error)}
          </p>
        ) : null}
        <DialogButtons keep="Keep it paused" onKeep={onClose}>
          <Button
            look="primary"
            icon="play"
            disabled={resume.isPending || input === undefined || (asks && asked === undefined)}
            onClick={() => (hasSecondLook && !warned ? setWarned(true) : resume.mutate())}
          >
            {warned && hasSecondLook ? "Resume with the defaults" : "Resume the run"}
          </Button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}

/** What the author says of the input: in its own description, or in that of its type. */
function Explanation(props: { readonly description: string | undefined; readonly schema: unknown }) {
  const { schema, description = isObject(schema) ? schema.description : undefined } = props;
  if (typeof description !== "string" || description.trim() === "") return null;
  return <Markdown text={description} />;
}

function hasFields(schema: unknown): boolean {
  return isObject(schema) && isObject(schema.properties) && Object.keys(schema.properties).length > 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
