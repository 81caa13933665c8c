import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { FlowRunRow } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { amount } from "../format.ts";
import { isFinal } from "../states.ts";
import { cancelRuns, deleteRuns } from "./run-actions.ts";

/** What can be done with the selected runs. */
export function BulkBar({ runs, onDone }: { readonly runs: readonly FlowRunRow[]; readonly onDone: () => void }) {
  const [asking, setAsking] = useState<"cancel" | "delete">();
  const queryClient = useQueryClient();
  useEffect(() => {
    const clear = (event: KeyboardEvent) => event.key === "Escape" && asking === undefined && onDone();
    addEventListener("keydown", clear);
    return () => removeEventListener("keydown", clear);
  }, [asking, onDone]);
  const open = runs.filter((run) => !isFinal(run.state_type));
  const ids = (of: readonly FlowRunRow[]) => of.map((run) => run.id);
  const finish = async () => {
    await queryClient.invalidateQueries({ queryKey: ["runs"] });
    onDone();
  };
  const stop = async () => {
    const { refused, reason } = await cancelRuns(ids(open));
    if (refused > 0)
      throw new Error(`${amount(refused, "run")} of ${open.length} could not be cancelled. ${reason ?? ""}`);
    await finish();
  };
  return (
    <div
      role="toolbar"
      aria-label="Selected runs"
      className="pop-in fixed bottom-4 left-1/2 z-30 flex -translate-x-1/2 items-center gap-2 rounded-lg border border-line-strong bg-surface p-1.5 pl-3 shadow-pop"
    >
      <span className="pr-2 font-medium whitespace-nowrap">{amount(runs.length, "run")}</span>
      <Button icon="stop" disabled={open.length === 0} onClick={() => setAsking("cancel")}>
        Cancel
      </Button>
      <Button look="danger" icon="trash" onClick={() => setAsking("delete")}>
        Delete
      </Button>
      <Button look="ghost" onClick={onDone}>
        Clear
      </Button>
      <ConfirmDialog
        open={asking === "cancel"}
        onOpenChange={() => setAsking(undefined)}
        title={`Cancel ${describe(open)}`}
        action={`Cancel ${amount(open.length, "run")}`}
        danger
        onConfirm={stop}
      >
        They are asked to stop; tasks that run now end first where they do not listen.
        {open.length < runs.length
          ? ` ${amount(runs.length - open.length, "run")} of the selection ended already and stay as they are.`
          : ""}
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "delete"}
        onOpenChange={() => setAsking(undefined)}
        title={`Delete ${describe(runs)}`}
        action={`Delete ${amount(runs.length, "run")}`}
        danger
        onConfirm={() => deleteRuns(ids(runs)).then(finish)}
      >
        Their task runs, states, logs and results go with them. This can't be undone.
      </ConfirmDialog>
    </div>
  );
}

/** `12 runs of train`, `3 runs of 2 flows`. */
function describe(runs: readonly FlowRunRow[]): string {
  const flows = new Set(runs.map((run) => run.flow_name));
  const [only] = flows;
  return `${amount(runs.length, "run")} of ${flows.size === 1 ? only : amount(flows.size, "flow")}`;
}
