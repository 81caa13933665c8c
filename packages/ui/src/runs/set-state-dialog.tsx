import { defaultStateName, type StateType } from "@ostinato/core";
import type { setFlowRunState, setTaskRunState } from "@ostinato/protocol";
import { useId, useState } from "react";
import { call } from "../api/api.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { Select, TextField } from "../components/field.tsx";
import { RequiredMark } from "../components/labelled.tsx";
import { isFinal, stateLook } from "../states.ts";
import { refuse } from "./run-actions.ts";
import { StateLabel } from "./state.tsx";

/** States that a person may set: a run is over by word of mouth. Others follow from what a process does. */
const settable: readonly StateType[] = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"];

interface Changed {
  readonly kind: "flow-run" | "task-run";
  readonly id: string;
  readonly name: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
}

/** Sets the state of a run by hand. It says what that does not do, and records the reason and that a person did it. */
export function SetStateDialog(props: {
  readonly run: Changed;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
}) {
  const { run, onClose } = props;
  const choices = settable.filter((type) => type !== run.state_type);
  const [type, setType] = useState<StateType>(choices[0] ?? "COMPLETED");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const field = useId();
  const set = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await setState(run, { type, reason: reason.trim() });
      await props.onDone();
      onClose();
    } catch (cause) {
      setError(messageOf(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open title={`Change the state of ${run.name}`} onOpenChange={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void set();
        }}
      >
        <p className="flex flex-wrap items-center gap-2">
          <StateLabel type={run.state_type} name={run.state_name} />
          <span className="text-muted">becomes</span>
          <Select
            label="New state"
            value={type}
            options={choices.map((value) => ({ value, label: stateLook(value).label }))}
            onChange={setType}
          />
        </p>
        <label htmlFor={field} className="flex flex-col gap-1">
          <span className="text-muted">
            Reason
            <RequiredMark />
          </span>
          <TextField
            id={field}
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            className="w-full"
          />
        </label>
        <p className="text-muted">{whatItDoes(run)}</p>
        {error === undefined ? null : (
          <p role="alert" className="text-danger">
            {error}
          </p>
        )}
        <DialogButtons keep="Leave as it is" onKeep={onClose}>
          <Button look="primary" type="submit" disabled={busy || reason.trim() === ""}>
            Set to {stateLook(type).label}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function whatItDoes({ kind, state_type }: Changed): string {
  const noted = "The reason is recorded with the state, marked as set by hand.";
  if (isFinal(state_type))
    return `Nothing runs again, and results stay as they are. Whatever waits for the state of the run, such as an automation, gets the new one. ${noted}`;
  return kind === "flow-run"
    ? `This does not stop its process: a process that still runs learns that the run has ended when it next reports a state. Use Cancel to stop it. ${noted}`
    : `This does not stop its function. If the function ends later, the state that it reports follows this one. ${noted}`;
}

async function setState(
  { kind, id }: Changed,
  { type, reason }: { readonly type: StateType; readonly reason: string },
): Promise<void> {
  const state = { type, name: defaultStateName[type], message: `Set by hand on the pages: ${reason}` };
  const options = { params: { id }, body: { state, force: true } };
  refuse(
    kind === "flow-run"
      ? await call<typeof setFlowRunState>("POST /flow_runs/{id}/set_state", options)
      : await call<typeof setTaskRunState>("POST /task_runs/{id}/set_state", options),
  );
}
