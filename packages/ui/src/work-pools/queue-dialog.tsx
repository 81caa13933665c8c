import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkQueueRow } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { isLimit, LimitField, limitIn } from "./limit-field.tsx";
import { changeQueue, createQueue } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

/** Creates a queue, or changes one. */
export function QueueDialog(props: {
  readonly pool: string;
  /** The queue to change; without it a new one is made. */
  readonly queue?: WorkQueueRow;
  readonly onClose: () => void;
  /** With the name of the queue, which may be another now. */
  readonly onSaved?: (name: string) => Promise<void>;
}) {
  const { pool, queue, onClose } = props;
  const [name, setName] = useState(queue?.name ?? "");
  const [description, setDescription] = useState(queue?.description ?? "");
  const [priority, setPriority] = useState(queue === undefined ? "" : String(queue.priority));
  const [limit, setLimit] = useState(queue?.concurrency_limit == null ? "" : String(queue.concurrency_limit));
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const said = {
        name: name.trim(),
        description: description.trim(),
        concurrency_limit: limitIn(limit),
        ...(priority.trim() === "" ? {} : { priority: Number(priority) }),
      };
      if (queue === undefined) await createQueue(pool, said);
      else await changeQueue(pool, queue.name, said);
    },
    onSuccess: async () => {
      await props.onSaved?.(name.trim());
      await queryClient.invalidateQueries({ queryKey: workPoolQuery(pool).queryKey });
      onClose();
    },
  });
  const isWhole = /^\d*$/.test(priority.trim()) && priority.trim() !== "0";
  return (
    <Dialog open title={queue === undefined ? "Create a queue" : `Edit ${queue.name}`} onOpenChange={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Labelled name="Name" required>
          <TextField value={name} autoComplete="off" required onChange={(event) => setName(event.target.value)} />
        </Labelled>
        <Labelled name="Description">
          <TextField value={description} onChange={(event) => setDescription(event.target.value)} />
        </Labelled>
        <Labelled name="Priority (1 goes first)">
          <TextField
            inputMode="numeric"
            value={priority}
            placeholder={queue === undefined ? "after all others" : ""}
            aria-invalid={!isWhole}
            onChange={(event) => setPriority(event.target.value)}
            className="w-40"
          />
        </Labelled>
        <LimitField noun="queue" value={limit} onChange={setLimit} />
        {save.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(save.error)}
          </p>
        ) : null}
        <DialogButtons onKeep={onClose}>
          <Button
            type="submit"
            look="primary"
            disabled={save.isPending || name.trim() === "" || !isLimit(limit) || !isWhole}
          >
            {queue === undefined ? "Create" : "Save"}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
