import { useRef } from "react";
import { useLive } from "../api/live.ts";
import type { LiveChange } from "../api/types.ts";

/** Calls `again` when a pool or a queue has changed, or a worker has come or gone. */
export function useLivePools(again: () => void): void {
  const statuses = useRef(new Map<string, string>());
  const onChanges = (changes: readonly LiveChange[]) => {
    if (changes.filter((change) => concernsPools(change, statuses.current)).length > 0) again();
  };
  useLive({ kind: "work-pools" }, { onChanges, onResync: again });
}

/** The sign of life of a worker whose status is known changes nothing. */
function concernsPools(change: LiveChange, statuses: Map<string, string>): boolean {
  switch (change.kind) {
    case "work-pool":
    case "work-queue":
      return true;
    case "worker": {
      const isKnown = statuses.get(change.row.id) === change.row.status;
      statuses.set(change.row.id, change.row.status);
      return !isKnown;
    }
    case "deleted":
      return ["work-pool", "work-queue", "worker"].includes(change.of);
    default:
      return false;
  }
}
