import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "../components/dialog.tsx";
import { isUsed, UsedBy } from "../uses/used-by.tsx";
import { removeVariable, variableQuery } from "./variables.queries.ts";

/** Asks before a variable is deleted, and names what has it filled in. */
export function DeleteVariableDialog(props: {
  readonly variable: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
  readonly onDeleted?: () => Promise<void>;
}) {
  const { variable, onClose } = props;
  const queryClient = useQueryClient();
  const { data: page } = useQuery(variableQuery(variable.name));
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${variable.name}`}
      action="Delete the variable"
      keep="Keep the variable"
      danger
      onConfirm={async () => {
        await removeVariable(variable.id);
        await props.onDeleted?.();
        queryClient.removeQueries({ queryKey: variableQuery(variable.name).queryKey });
        await queryClient.invalidateQueries({ queryKey: ["variables", "list"] });
      }}
    >
      <div className="flex flex-col gap-3">
        <p>Programs that read the variable will not find it. This can't be undone.</p>
        {page === undefined || !isUsed(page.uses) ? null : (
          <>
            <p>These have it filled in. In a template it would be an empty text, and a schedule would make no runs:</p>
            <UsedBy uses={page.uses} unused="" />
          </>
        )}
      </div>
    </ConfirmDialog>
  );
}
