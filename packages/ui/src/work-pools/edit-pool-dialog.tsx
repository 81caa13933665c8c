import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkPoolPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { fieldClass } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { isLimit, LimitField, limitIn } from "./limit-field.tsx";
import { changePool } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

/** Changes the description and the limit of a pool. Its name and type stay: deployments and workers know it by them. */
export function EditPoolDialog(props: { readonly pool: WorkPoolPage["pool"]; readonly onClose: () => void }) {
  const { pool, onClose } = props;
  const [description, setDescription] = useState(pool.description ?? "");
  const [limit, setLimit] = useState(pool.concurrency_limit === null ? "" : String(pool.concurrency_limit));
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      changePool(pool.name, {
        description: description.trim() === "" ? null : description.trim(),
        concurrency_limit: limitIn(limit),
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: workPoolQuery(pool.name).queryKey });
      onClose();
    },
  });
  return (
    <Dialog open title={`Edit ${pool.name}`} onOpenChange={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Labelled name="Description">
          <textarea
            rows={3}
            className={`${fieldClass} h-auto py-1`}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </Labelled>
        <LimitField noun="pool" value={limit} onChange={setLimit} />
        {save.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(save.error)}
          </p>
        ) : null}
        <DialogButtons onKeep={onClose}>
          <Button type="submit" look="primary" disabled={save.isPending || !isLimit(limit)}>
            Save
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
