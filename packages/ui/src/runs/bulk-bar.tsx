import { compareTimestamps, deletionOfFlowRuns } from "@ostinato/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { FlowRunRow } from "../api/types.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { type ListTotal, totalText } from "../components/csv-button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { amountOfFlows, Names, SelectionBar } from "../components/selection-bar.tsx";
import { amount, count } from "../format.ts";
import { isFinal } from "../states.ts";
import { cancelRuns, deleteRuns, rescheduleRuns } from "./run-actions.ts";
import { readRunsAnew, runPagesOf } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";

/** More is a job for the command line, not for a page that must stay open. */
const maxSelected = 10_000;

/** Actions on the selected runs; each names its objects before it starts. */
export function BulkBar(props: {
  readonly runs: readonly FlowRunRow[];
  /** The filter and its total, if it matches more runs than are selected. */
  readonly rest: { readonly search: RunsSearch; readonly total: ListTotal } | undefined;
  readonly onSelect: (runs: readonly FlowRunRow[]) => void;
  readonly onDone: () => void;
}) {
  const { runs, rest, onSelect, onDone } = props;
  const [asking, setAsking] = useState<"cancel" | "delete" | "retry">();
  const [done, setDone] = useState<number>();
  const queryClient = useQueryClient();
  const open = runs.filter((run) => !isFinal(run.state_type));
  // A run that a program started can only be started again where that program is.
  const retried = runs.filter(
    ({ state_type, deployment_name }) => isFinal(state_type) && state_type !== "COMPLETED" && deployment_name !== null,
  );
  const ids = (of: readonly FlowRunRow[]) => of.map((run) => run.id);
  const finish = async () => {
    await readRunsAnew(queryClient);
    onDone();
  };
  const stop = async () => {
    const { refused, reason } = await cancelRuns(ids(open), setDone).finally(() => setDone(undefined));
    if (refused > 0)
      throw new Error(`${amount(refused, "run")} of ${count(open.length)} could not be cancelled. ${reason ?? ""}`);
    await finish();
  };
  const retry = async () => {
    const { refused, reason } = await rescheduleRuns(ids(retried), setDone).finally(() => setDone(undefined));
    if (refused > 0)
      throw new Error(`${amount(refused, "run")} of ${count(retried.length)} could not be retried. ${reason ?? ""}`);
    await finish();
  };
  const remove = async () => {
    await deleteRuns(ids(runs), setDone).finally(() => setDone(undefined));
    await finish();
  };
  const action = ({ label, busyLabel }: { readonly label: string; readonly busyLabel: string }, of: number) =>
    done === undefined ? `${label} ${amount(of, "run")}` : `${busyLabel} ${count(done)} of ${count(of)}…`;
  return (
    <SelectionBar
      label="Selected runs"
      selected={amount(runs.length, "run")}
      asking={asking !== undefined}
      onClear={onDone}
    >
      {rest === undefined ? null : <SelectAll rest={rest} onSelect={onSelect} />}
      <CompareTwo runs={runs} />
      <Button
        icon="retry"
        disabled={retried.length === 0}
        title={retried.length === 0 ? "Only runs of deployments that did not complete can be retried here" : undefined}
        onClick={() => setAsking("retry")}
      >
        Retry
      </Button>
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
        title={`Cancel ${amountOfFlows(open, "run")}`}
        action={action({ label: "Cancel", busyLabel: "Cancelling" }, open.length)}
        keep="Keep running"
        danger
        onConfirm={stop}
      >
        The runs are asked to stop. Tasks that are running may finish first; finished tasks keep their results.
        {open.length < runs.length
          ? ` Nothing changes for ${amount(runs.length - open.length, "run")} of the selection, already ended.`
          : ""}
        <Names of={open} />
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "retry"}
        onOpenChange={() => setAsking(undefined)}
        title={`Retry ${amountOfFlows(retried, "run")}`}
        action={action({ label: "Retry", busyLabel: "Retrying" }, retried.length)}
        keep="Leave as they are"
        onConfirm={retry}
      >
        The runs are scheduled again with the same parameters. Finished tasks keep their results.
        {retried.length < runs.length
          ? ` Nothing changes for ${amount(runs.length - retried.length, "run")} of the selection: completed, not ended, or without a deployment.`
          : ""}
        <Names of={retried} />
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "delete"}
        onOpenChange={() => setAsking(undefined)}
        title={`Delete ${amountOfFlows(runs, "run")}`}
        action={action({ label: "Delete", busyLabel: "Deleting" }, runs.length)}
        keep="Keep the runs"
        danger
        onConfirm={remove}
      >
        Their {deletionOfFlowRuns.goes} go with them. {deletionOfFlowRuns.stays} This can't be undone.
        {open.length === 0
          ? ""
          : ` ${open.length === 1 ? "One run has" : `${count(open.length)} runs have`} not ended. ${deletionOfFlowRuns.working}`}
        <Names of={runs} />
      </ConfirmDialog>
    </SelectionBar>
  );
}

/** Opens two selected runs beside each other, the earlier one first. */
function CompareTwo({ runs }: { readonly runs: readonly FlowRunRow[] }) {
  const [a, b] = runs.toSorted((one, other) => compareTimestamps(one.created, other.created));
  if (runs.length !== 2 || a === undefined || b === undefined) return null;
  return (
    <Link to="/runs/compare" search={{ a: a.id, b: b.id }} className={buttonClass()}>
      <Icon name="compare" className="size-3.5" /> Compare
    </Link>
  );
}

/** Reads the runs of the filter that are not loaded yet, so that actions can name them. */
function SelectAll(props: {
  readonly rest: { readonly search: RunsSearch; readonly total: ListTotal };
  readonly onSelect: (runs: readonly FlowRunRow[]) => void;
}) {
  const { search, total } = props.rest;
  const [reading, setReading] = useState<number>();
  const [error, setError] = useState<string>();
  const isCut = total.isMore || total.count > maxSelected;
  const select = async () => {
    const found: FlowRunRow[] = [];
    setReading(0);
    setError(undefined);
    try {
      for await (const page of runPagesOf(search, { most: maxSelected })) {
        found.push(...page);
        setReading(found.length);
      }
      props.onSelect(found);
    } catch (cause) {
      setError(messageOf(cause));
    } finally {
      setReading(undefined);
    }
  };
  return (
    <Button look="ghost" disabled={reading !== undefined} title={error} onClick={() => void select()}>
      {reading !== undefined
        ? `Reading ${count(reading)}…`
        : error !== undefined
          ? "Failed, try again"
          : isCut
            ? `Select the first ${count(maxSelected)}`
            : `Select all ${totalText(total)}`}
    </Button>
  );
}
