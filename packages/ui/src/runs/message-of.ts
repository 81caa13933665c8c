import type { FlowRunRow } from "../api/types.ts";

/** What lists say of a run: of a failed one the cause, wherever it lies, which its page tells too. */
export function messageOf({ cause, state }: Pick<FlowRunRow, "cause" | "state">): string | undefined {
  return cause?.message ?? state?.message ?? undefined;
}
