import { useQueryClient } from "@tanstack/react-query";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import { automationListKey, automationQuery, firingsQuery } from "./automations.queries.ts";

/** Reads the list again a moment after automations have changed, fired or acted. Rows stay in their order by name. */
export function useLiveAutomations(): void {
  const queryClient = useQueryClient();
  const anew = () => queryClient.invalidateQueries({ queryKey: automationListKey });
  const soon = useRested(anew);
  useLive({ kind: "automations" }, { onChanges: soon, onResync: () => void anew() });
}

export function useLiveAutomation(id: string): void {
  const queryClient = useQueryClient();
  const anew = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: automationQuery(id).queryKey }),
      queryClient.invalidateQueries({ queryKey: firingsQuery(id).queryKey }),
    ]);
  const soon = useRested(anew, 500);
  useLive({ kind: "automation", automation_id: id }, { onChanges: soon, onResync: () => void anew() });
}
