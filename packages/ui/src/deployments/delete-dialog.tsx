import { useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "../components/dialog.tsx";
import { deleteOne } from "./deployment-actions.ts";

export function DeleteDialog(props: {
  readonly deployment: { readonly id: string; readonly name: string; readonly flow_name: string };
  readonly onClose: () => void;
  readonly onDeleted?: () => Promise<void>;
}) {
  const { id, name, flow_name } = props.deployment;
  const queryClient = useQueryClient();
  return (
    <ConfirmDialog
      open
      onOpenChange={props.onClose}
      title={`Delete ${name}`}
      action="Delete the deployment"
      keep="Keep the deployment"
      danger
      onConfirm={async () => {
        await deleteOne(id);
        await props.onDeleted?.();
        queryClient.removeQueries({ queryKey: ["deployments", "deployment", id] });
        await queryClient.invalidateQueries({ queryKey: ["deployments"] });
      }}
    >
      The deployment of <em>{flow_name}</em> is deleted with its schedules and the runs that have not started. Runs that
      have started keep their history. This can't be undone.
    </ConfirmDialog>
  );
}
