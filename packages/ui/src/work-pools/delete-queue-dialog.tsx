import { useQueryClient } from "@tanstack/react-query";
import type { WorkQueueRow } from "../api/types.ts";
import { ConfirmDialog } from "../components/dialog.tsx";
import { count } from "../format.ts";
import { deleteQueue } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

export function DeleteQueueDialog(props: {
  readonly pool: string;
  readonly queue: WorkQueueRow;
  readonly onClose: () => void;
  readonly onDeleted?: () => Promise<void>;
}) {
  const { pool, queue } = props;
  const { name, deployments, late } = queue;
  const queryClient = useQueryClient();
  return (
    <ConfirmDialog
      open
      onOpenChange={props.onClose}
      title={`Delete ${name}`}
      action="Delete the queue"
      keep="Keep the queue"
      danger
      onConfirm={async () => {
        await deleteQueue(pool, name);
        await props.onDeleted?.();
        await queryClient.invalidateQueries({ queryKey: workPoolQuery(pool).queryKey });
      }}
    >
      The queue of the work pool <em>{pool}</em> is deleted.
      {deployments === 0
        ? ""
        : ` ${deployments === 1 ? "One deployment sends" : `${count(deployments)} deployments send`} runs to it, which nothing would start.`}
      {late === 0
        ? ""
        : ` ${late === 1 ? "One run that waits" : `${count(late)} runs that wait`} in it would not start.`}{" "}
      This can't be undone.
    </ConfirmDialog>
  );
}
