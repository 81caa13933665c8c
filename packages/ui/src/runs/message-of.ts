import type { FlowRunRow } from "../api/types.ts";
import { withReadableTimes } from "../format.ts";

/** What lists say of a run: of a failed one the cause, wherever it lies, which its page tells too. */
export function messageOf({ cause, state }: Pick<FlowRunRow, "cause" | "state">): string | undefined {
  const message = cause?.message ?? state?.message ?? undefined;
  return message === undefined ? undefined : withReadableTimes(message);
}
