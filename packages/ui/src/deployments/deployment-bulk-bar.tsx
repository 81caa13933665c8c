import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { DeploymentRow } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { amountOfFlows, Names, SelectionBar } from "../components/selection-bar.tsx";
import { amount, count } from "../format.ts";
import { deleteAll, runNow, setPaused, withEach } from "./deployment-actions.ts";

type Act = "pause" | "resume" | "run" | "delete";

/** Actions on the selected deployments; each names its objects before it starts. */
export function DeploymentBulkBar({
  rows,
  onDone,
}: {
  readonly rows: readonly DeploymentRow[];
  readonly onDone: () => void;
}) {
  const [asking, setAsking] = useState<Act>();
  const [done, setDone] = useState<number>();
  const queryClient = useQueryClient();
  const active = rows.filter(({ paused }) => !paused);
  const paused = rows.filter((row) => row.paused);
  const of = { pause: active, resume: paused, run: rows, delete: rows };
  const perform = async (act: Act) => {
    const ids = of[act].map(({ id }) => id);
    const doing =
      act === "delete"
        ? deleteAll(ids, setDone)
        : withEach(ids, (id) => (act === "run" ? runNow(id) : setPaused(id, act === "pause")), setDone);
    await doing.finally(async () => {
      setDone(undefined);
      await queryClient.invalidateQueries({ queryKey: ["deployments"] });
    });
    onDone();
  };
  return (
    <SelectionBar
      label="Selected deployments"
      selected={amount(rows.length, "deployment")}
      asking={asking !== undefined}
      onClear={onDone}
    >
      <Button icon="play" onClick={() => setAsking("run")}>
        Run
      </Button>
      <Button icon="pause" disabled={active.length === 0} onClick={() => setAsking("pause")}>
        Pause
      </Button>
      <Button icon="retry" disabled={paused.length === 0} onClick={() => setAsking("resume")}>
        Resume
      </Button>
      <Button look="danger" icon="trash" onClick={() => setAsking("delete")}>
        Delete
      </Button>
      <Button look="ghost" onClick={onDone}>
        Clear
      </Button>
      {asking === undefined ? null : (
        <ConfirmDialog
          open
          onOpenChange={() => setAsking(undefined)}
          title={`${words[asking].act} ${amountOfFlows(of[asking], "deployment")}`}
          action={
            done === undefined
              ? `${words[asking].act} ${amount(of[asking].length, "deployment")}`
              : `${count(done)} of ${count(of[asking].length)}…`
          }
          keep={asking === "delete" ? "Keep the deployments" : "Leave as they are"}
          danger={asking === "delete"}
          onConfirm={() => perform(asking)}
        >
          {words[asking].effect}
          <Names of={of[asking]} />
        </ConfirmDialog>
      )}
    </SelectionBar>
  );
}

const words: Readonly<Record<Act, { readonly act: string; readonly effect: string }>> = {
  run: { act: "Run", effect: "Each deployment starts one run now, with its own parameters." },
  pause: {
    act: "Pause",
    effect:
      "Their schedules make no more runs, and runs that are planned are removed. Runs can still be started by hand.",
  },
  resume: { act: "Resume", effect: "Their schedules make runs again." },
  delete: {
    act: "Delete",
    effect:
      "The deployments are deleted with their schedules and the runs that have not started. Runs that have started keep their history. This can't be undone.",
  },
};
