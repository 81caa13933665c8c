import { deletionOfFlowRuns } from "@ostinato/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { FlowRunPage } from "../api/types.ts";
import { pageAddress } from "../base-path.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { copyText } from "../components/copy.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { amount } from "../format.ts";
import { EndNoticeButton } from "../notices/end-notice-button.tsx";
import { compareWithLastSuccess } from "../run-comparison/last-success.ts";
import { cancelRun, deleteRun } from "../runs/run-actions.ts";
import { isFinal } from "../states.ts";
import { flowRunQuery } from "./flow-run.queries.ts";

const ConfirmDialog = onDemand(() => import("../components/dialog.tsx").then((module) => module.ConfirmDialog));
const RetryDialog = onDemand(() => import("./retry-dialog.tsx").then((module) => module.RetryDialog));
const SetStateDialog = onDemand(() => import("../runs/set-state-dialog.tsx").then((module) => module.SetStateDialog));

type Asking = "cancel" | "retry" | "delete" | "state" | "copy";

/** Actions on the run: cancel, retry, copy, compare, change its state, delete. */
export function RunButtons({ page, asked }: { readonly page: FlowRunPage; readonly asked: "retry" | undefined }) {
  const [asking, setAsking] = useState<Asking | undefined>(asked);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const run = page.flow_run;
  const close = () => setAsking(undefined);
  // The name is gone with a deployment that was deleted.
  const deploymentId = run.deployment_name === null ? null : run.deployment_id;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {isFinal(run.state_type) ? null : (
        <EndNoticeButton run={{ id: run.id, name: run.name, flowName: page.flow.name }} />
      )}
      {isFinal(run.state_type) && deploymentId !== null ? (
        <Link
          to="/deployments/$id/run"
          params={{ id: deploymentId }}
          search={{ from: run.id }}
          className={buttonClass()}
          title="A new run with the same parameters, which can be changed before"
        >
          <Icon name="play" className="size-3.5" /> Run again
        </Link>
      ) : null}
      {isFinal(run.state_type) ? (
        deploymentId !== null && run.state_type === "COMPLETED" ? null : (
          <Button icon="retry" onClick={() => setAsking("retry")}>
            Retry
          </Button>
        )
      ) : (
        <Button icon="stop" disabled={run.state_type === "CANCELLING"} onClick={() => setAsking("cancel")}>
          {run.state_type === "CANCELLING" ? "Cancelling" : "Cancel"}
        </Button>
      )}
      <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
        <MenuItem icon="link" onSelect={() => void copyText(pageAddress(`runs/flow-run/${run.id}`))}>
          Copy the link
        </MenuItem>
        <MenuItem icon="copy" onSelect={() => void copyText(run.id)}>
          Copy the id
        </MenuItem>
        <MenuItem icon="copy" onSelect={() => void copyText(JSON.stringify(run.parameters, null, 2))}>
          Copy the parameters
        </MenuItem>
        {deploymentId === null ? (
          <MenuItem icon="play" onSelect={() => setAsking("copy")}>
            Copy to a new run…
          </MenuItem>
        ) : (
          <RunAgain deploymentId={deploymentId} flowRunId={run.id} />
        )}
        <MenuItem icon="compare" onSelect={() => void compareWithLastSuccess(run, navigate)}>
          Compare with the last success
        </MenuItem>
        <MenuItem icon="filter" onSelect={() => void navigate({ to: "/runs", search: { flow: [run.flow_id] } })}>
          All runs of {page.flow.name}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon="edit" onSelect={() => setAsking("state")}>
          Change the state…
        </MenuItem>
        <MenuItem icon="trash" danger onSelect={() => setAsking("delete")}>
          Delete…
        </MenuItem>
      </Menu>
      {asking === "retry" || asking === "copy" ? (
        <RetryDialog page={page} isNew={asking === "copy"} onClose={close} />
      ) : null}
      {asking === "state" ? (
        <SetStateDialog
          run={{ kind: "flow-run", ...run }}
          onClose={close}
          onDone={() => queryClient.invalidateQueries({ queryKey: ["flow-run", run.id] })}
        />
      ) : null}
      {asking === "cancel" ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={`Cancel ${run.name}`}
          action="Cancel the run"
          keep="Keep running"
          danger
          onConfirm={async () => {
            await cancelRun(run.id);
            await queryClient.invalidateQueries({ queryKey: flowRunQuery(run.id).queryKey });
          }}
        >
          The run of <em>{page.flow.name}</em> is asked to stop. Tasks that are running may finish first; finished tasks
          keep their results.
        </ConfirmDialog>
      ) : null}
      {asking === "delete" ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={`Delete ${run.name}`}
          action="Delete the run"
          keep="Keep the run"
          danger
          onConfirm={async () => {
            await deleteRun(run.id);
            await navigate({ to: "/runs" });
            queryClient.removeQueries({ queryKey: ["flow-run", run.id] });
            await queryClient.invalidateQueries({ queryKey: ["runs"] });
          }}
        >
          The run of <em>{page.flow.name}</em> is deleted with its {deletionOfFlowRuns.goes} (
          {amount(page.log_count, "line")}). {deletionOfFlowRuns.stays}
          {isFinal(run.state_type) ? "" : ` ${deletionOfFlowRuns.working}`} This can't be undone.
        </ConfirmDialog>
      ) : null}
    </div>
  );
}

function RunAgain({ deploymentId, flowRunId }: { readonly deploymentId: string; readonly flowRunId: string }) {
  const navigate = useNavigate();
  return (
    <MenuItem
      icon="play"
      onSelect={() =>
        void navigate({ to: "/deployments/$id/run", params: { id: deploymentId }, search: { from: flowRunId } })
      }
    >
      Copy to a new run…
    </MenuItem>
  );
}
