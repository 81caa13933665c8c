import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Automation } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { ConfirmDialog, Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { Sentence } from "../events/event-row.tsx";
import { amount } from "../format.ts";
import { actionWords, namesById } from "./automation-words.ts";
import { automationQuery, removeAutomation, runActions } from "./automations.queries.ts";
import { OutcomeLine } from "./outcome-line.tsx";
import type { ActionInput } from "./trigger-form.ts";

interface Props {
  readonly automation: Pick<Automation, "id" | "name" | "actions">;
  readonly onClose: () => void;
}

/** Asks before an automation is deleted, and says what goes with it. */
export function DeleteAutomationDialog({
  automation,
  onClose,
  onDone,
}: Props & { readonly onDone?: () => Promise<void> }) {
  const { id, name } = automation;
  const queryClient = useQueryClient();
  const { data } = useQuery(automationQuery(id));
  const names = namesById(data?.names ?? []);
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${name}`}
      action="Delete the automation"
      keep="Keep the automation"
      danger
      onConfirm={async () => {
        await removeAutomation(id);
        await onDone?.();
        await queryClient.invalidateQueries({ queryKey: ["automations", "list"] });
      }}
    >
      <p>It does not act any more. What it has counted is forgotten. This can't be undone.</p>
      <ul className="mt-2 flex list-disc flex-col gap-1 pl-5 empty:hidden">
        {automation.actions.map((action, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: actions have no ids
          <li key={index}>Nobody will {actionWords(action as ActionInput, names)} for it.</li>
        ))}
        {data?.switched_by.map((other) => (
          <li key={other.id}>The automation {other.name} switches it on or off, and its action will fail.</li>
        ))}
        {data?.owner === null || data?.owner === undefined ? null : (
          <li>It was made together with a deployment, which makes it again when it is deployed.</li>
        )}
      </ul>
    </ConfirmDialog>
  );
}

/** Runs the actions by hand, with the latest event that the trigger takes, and says what came of each. */
export function RunActionsDialog({ automation, onClose }: Props) {
  const { id, name, actions } = automation;
  const queryClient = useQueryClient();
  const { data } = useQuery(automationQuery(id));
  const names = namesById(data?.names ?? []);
  const run = useMutation({
    mutationFn: () => runActions(id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["automations"] }),
  });
  return (
    <Dialog open onOpenChange={onClose} title={`Run the actions of ${name}`}>
      {run.isSuccess ? (
        <div className="flex flex-col gap-2" role="status">
          {run.data.event === null ? (
            <p className="text-muted">They were run without an event.</p>
          ) : (
            <p>
              With:{" "}
              <Sentence event={{ ...run.data.event, payload: {}, follows: null, received: run.data.event.occurred }} />
            </p>
          )}
          <ul className="flex flex-col gap-1">
            {run.data.actions.map((outcome) => (
              <li key={outcome.invocation}>
                <OutcomeLine outcome={outcome} action={actions[outcome.index]} names={names} />
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <div className="text-muted">
          <p>
            {amount(actions.length, "action")} {actions.length === 1 ? "is" : "are"} done once, now, with the latest
            event that the trigger takes:
          </p>
          <ul className="mt-2 list-disc pl-5">
            {actions.map((action, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: actions have no ids
              <li key={index}>{actionWords(action as ActionInput, names)}</li>
            ))}
          </ul>
        </div>
      )}
      {run.isError ? (
        <p role="alert" className="mt-3 break-words text-danger">
          {messageOf(run.error)}
        </p>
      ) : null}
      <DialogButtons className="mt-4" keep={run.isSuccess ? "Close" : "Leave it"} onKeep={onClose}>
        {run.isSuccess ? null : (
          <Button
            look="primary"
            icon="play"
            disabled={run.isPending || actions.length === 0}
            onClick={() => run.mutate()}
          >
            Run them now
          </Button>
        )}
      </DialogButtons>
    </Dialog>
  );
}
