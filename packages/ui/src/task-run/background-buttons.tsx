import { stateNames } from "@ostinato/core";
import type { StateCreate, setTaskRunState } from "@ostinato/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/api.ts";
import type { TaskRunPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { isBad } from "../states.ts";
import { taskRunQuery } from "./task-run.queries.ts";

/** A background run that waits is cancelled here, and one that failed runs again with the arguments that the server has kept. */
export function BackgroundButtons({ page }: { readonly page: TaskRunPage }) {
  const [isAsking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const { id, state_type } = page.task_run;
  const parametersId = page.states.findLast(({ state_details }) => state_details.task_parameters_id != null)
    ?.state_details.task_parameters_id;
  const propose = async (state: StateCreate, force: boolean) => {
    const answer = await call<typeof setTaskRunState>("POST /task_runs/{id}/set_state", {
      params: { id },
      body: { state, force },
    });
    if (answer.status !== "ACCEPT")
      throw new Error(
        "reason" in answer.details ? String(answer.details.reason) : "The server did not take the change.",
      );
    await queryClient.invalidateQueries({ queryKey: taskRunQuery(id).queryKey });
  };
  const again = useMutation({
    mutationFn: () =>
      propose(
        {
          type: "SCHEDULED",
          name: stateNames.awaitingRetry,
          message: "It was asked to run again on its page.",
          state_details: {
            deferred: true,
            scheduled_time: new Date().toISOString(),
            task_parameters_id: parametersId ?? null,
          },
        },
        false,
      ),
  });
  if (page.background === null) return null;
  return (
    <>
      {state_type === "SCHEDULED" ? (
        <Button icon="stop" onClick={() => setAsking(true)}>
          Cancel
        </Button>
      ) : null}
      {isBad(state_type) ? (
        <Button
          icon="retry"
          disabled={again.isPending}
          title="A task worker runs it once more, with the same arguments"
          onClick={() => again.mutate()}
        >
          Run again
        </Button>
      ) : null}
      {again.isError ? (
        <span role="alert" className="self-center text-danger">
          {messageOf(again.error)}
        </span>
      ) : null}
      {isAsking ? (
        <ConfirmDialog
          open
          onOpenChange={() => setAsking(false)}
          title={`Cancel ${page.task_run.name}`}
          action="Cancel the run"
          keep="Leave it waiting"
          danger
          onConfirm={() =>
            propose({ type: "CANCELLED", name: stateNames.cancelled, message: "It was cancelled on its page." }, true)
          }
        >
          No task worker has begun it, and none will. Whoever waits for its result is told that it was cancelled.
        </ConfirmDialog>
      ) : null}
    </>
  );
}
