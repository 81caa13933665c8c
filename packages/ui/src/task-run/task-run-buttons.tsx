import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { TaskRunPage } from "../api/types.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { isBad } from "../states.ts";
import { BackgroundButtons } from "./background-buttons.tsx";
import { taskRunQuery } from "./task-run.queries.ts";

const SetStateDialog = onDemand(() => import("../runs/set-state-dialog.tsx").then((module) => module.SetStateDialog));

/** Actions on a task run: retry its flow run, change its state. A subflow has its own page for that. */
export function TaskRunButtons({ page }: { readonly page: TaskRunPage }) {
  const [isAsking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const run = page.task_run;
  if (page.child_flow_run_id !== null) return null;
  return (
    <span className="ml-auto flex gap-1.5">
      {isBad(run.state_type) && run.flow_run_id !== null ? (
        <Link
          to="/runs/flow-run/$id"
          params={{ id: run.flow_run_id }}
          search={{ task: run.id, ask: "retry" }}
          className={buttonClass()}
          title="Retries the flow run: task runs whose results are kept are not run again, this one is"
        >
          <Icon name="retry" className="size-3.5" /> Retry its flow run
        </Link>
      ) : null}
      <BackgroundButtons page={page} />
      <Button icon="edit" onClick={() => setAsking(true)}>
        Change the state
      </Button>
      {isAsking ? (
        <SetStateDialog
          run={{ kind: "task-run", ...run }}
          onClose={() => setAsking(false)}
          onDone={() => queryClient.invalidateQueries({ queryKey: taskRunQuery(run.id).queryKey })}
        />
      ) : null}
    </span>
  );
}
