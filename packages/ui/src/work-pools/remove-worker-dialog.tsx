import { useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "../components/dialog.tsx";
import { removeWorker } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

export function RemoveWorkerDialog(props: {
  readonly pool: string;
  readonly worker: string;
  readonly onClose: () => void;
  readonly onRemoved?: () => Promise<void>;
}) {
  const { pool, worker } = props;
  const queryClient = useQueryClient();
  return (
    <ConfirmDialog
      open
      onOpenChange={props.onClose}
      title={`Remove ${worker}`}
      action="Remove the worker"
      keep="Keep the worker"
      danger
      onConfirm={async () => {
        await removeWorker(pool, worker);
        await props.onRemoved?.();
        await queryClient.invalidateQueries({ queryKey: workPoolQuery(pool).queryKey });
      }}
    >
      The worker leaves the list of the pool; its runs keep its name. If it still lives, it comes back with its next
      sign of life.
    </ConfirmDialog>
  );
}
