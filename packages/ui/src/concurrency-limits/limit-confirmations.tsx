import { useQueryClient } from "@tanstack/react-query";
import type { LimitHolder, LimitRow } from "../api/types.ts";
import { ConfirmDialog } from "../components/dialog.tsx";
import { amount } from "../format.ts";
import { deleteLimit, freeSlots, resetLimit } from "./limit-actions.ts";
import { limitLabel, rateText, tagPrefix } from "./limit-words.ts";
import { holderName } from "./slot-user.tsx";

interface Props {
  readonly limit: LimitRow;
  readonly onClose: () => void;
  readonly onDone?: () => Promise<void>;
}

function useReadAgain() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["concurrency-limits"] });
}

/** Asks before a limit is deleted, and says what it would not limit any more. */
export function DeleteLimitDialog({ limit, onClose, onDone }: Props) {
  const readAgain = useReadAgain();
  const { kind, name, active_slots: taken, waiting, deployment } = limit;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${name}`}
      action="Delete the limit"
      keep="Keep the limit"
      danger
      onConfirm={async () => {
        await deleteLimit(limit.id);
        await onDone?.();
        await readAgain();
      }}
    >
      <p>
        {kind === "tag"
          ? `Tasks with the tag ${name.slice(tagPrefix.length)} run without this limit from then on.`
          : `Programs that ask for ${JSON.stringify(name)} go on without a limit from then on; those that ask for it strictly fail.`}{" "}
        This can't be undone.
      </p>
      <ul className="mt-2 flex list-disc flex-col gap-1 pl-5 empty:hidden">
        {taken === 0 || limit.slot_decay_per_second > 0 ? null : (
          <li>
            {taken === 1 ? "The slot that is taken is" : `The ${amount(taken, "slot")} that are taken are`} not counted
            any more; what holds {taken === 1 ? "it" : "them"} goes on.
          </li>
        )}
        {waiting === 0 ? null : (
          <li>{waiting === 1 ? "The one that waits goes" : `All ${amount(waiting, "waiter")} go`} on at once.</li>
        )}
        {deployment === null ? null : (
          <li>
            Runs of {deployment.flow_name}/{deployment.name} start without a limit.
          </li>
        )}
      </ul>
    </ConfirmDialog>
  );
}

/** Asks before all slots are freed. */
export function ResetLimitDialog({ limit, onClose }: Props) {
  const readAgain = useReadAgain();
  const { active_slots: taken, slot_decay_per_second: rate, waiting } = limit;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Reset ${limitLabel(limit)}`}
      action={taken === 1 ? "Free the slot" : `Free all ${taken} slots`}
      keep="Leave them taken"
      danger
      onConfirm={async () => {
        await resetLimit(limit.id);
        await readAgain();
      }}
    >
      {rate > 0 ? (
        <p>
          All slots of the rate are free at once, instead of {rateText(rate)}. So many more may begin now than the rate
          allows.
        </p>
      ) : (
        <p>
          All slots are free at once. Their holders are not stopped: those that still work go on, and more may be at
          work than the limit allows. Reset a limit whose holders are gone.
        </p>
      )}
      {waiting === 0 ? null : (
        <p className="mt-2">{amount(waiting, "waiter")} may go on then, the first in line first.</p>
      )}
    </ConfirmDialog>
  );
}

/** Asks before the slots of one holder are freed, and says what becomes of the holder. */
export function FreeSlotDialog({ limit, holder, onClose }: Props & { readonly holder: LimitHolder }) {
  const readAgain = useReadAgain();
  const slots = amount(holder.slots, "slot");
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Free ${slots} of ${holderName(holder)}`}
      action={`Free ${slots}`}
      keep="Leave it taken"
      danger
      onConfirm={async () => {
        await freeSlots(holder.lease_id);
        await readAgain();
      }}
    >
      <p>{whatBecomesOf(holder, limit)}</p>
      <p className="mt-2">
        {limit.waiting === 0
          ? "Nobody waits for it now: the next one to ask gets it."
          : `The first of the ${amount(limit.waiting, "waiter")} goes on with it.`}
      </p>
    </ConfirmDialog>
  );
}

function whatBecomesOf({ holder, lease_ends }: LimitHolder, { kind }: LimitRow): string {
  if (kind === "deployment")
    return "The run is not stopped: it goes on without a slot, and another run of the deployment may start beside it.";
  const isStopped =
    lease_ends === null
      ? "It is not told of it."
      : "It is told when it renews its lease the next time: in TypeScript the signal of its slots is aborted, in Python it fails where it asked strictly, and goes on otherwise.";
  const who = holder === null ? "The program" : "The run";
  return `${who} is not stopped, and loses all slots that it took together with this one. ${isStopped} Free slots whose holder is gone, or which something else needs more.`;
}
