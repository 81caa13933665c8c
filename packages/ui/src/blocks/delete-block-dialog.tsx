import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { BlockDocument } from "../api/types.ts";
import { ConfirmDialog } from "../components/dialog.tsx";
import { isUsed, UsedBy } from "../uses/used-by.tsx";
import { blockQuery, removeBlock } from "./blocks.queries.ts";

/** Asks before a block is deleted, and names what would break. */
export function DeleteBlockDialog(props: {
  readonly block: Pick<BlockDocument, "id" | "name">;
  readonly onClose: () => void;
  readonly onDeleted: () => Promise<void>;
}) {
  const { block, onClose } = props;
  const queryClient = useQueryClient();
  const { data: page } = useQuery(blockQuery(block.id));
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${block.name}`}
      action="Delete the block"
      keep="Keep the block"
      danger
      onConfirm={async () => {
        await removeBlock(block.id);
        await props.onDeleted();
        queryClient.removeQueries({ queryKey: blockQuery(block.id).queryKey });
        await queryClient.invalidateQueries({ queryKey: ["blocks"] });
      }}
    >
      <div className="flex flex-col gap-3">
        <p>The block is deleted with its secrets, and programs that load it by its name fail. This can't be undone.</p>
        {page === undefined || !isUsed(page.uses) ? null : (
          <>
            <p>These refer to it. Blocks lose it, and runs that have it filled in fail:</p>
            <UsedBy uses={page.uses} unused="" />
          </>
        )}
      </div>
    </ConfirmDialog>
  );
}
