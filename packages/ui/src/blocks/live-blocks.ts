import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";

/** Reads what is shown of blocks again a moment after any of them has changed: one may be nested in another. */
export function useLiveBlocks(queryKey: QueryKey): void {
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey });
  useLive({ kind: "block-documents" }, { onChanges: useRested(again), onResync: () => void again() });
}
