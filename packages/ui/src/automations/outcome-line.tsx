import type { Action } from "@ostinato/protocol";
import type { ActionOutcome } from "../api/types.ts";
import { RelativeTime } from "../components/time.tsx";
import { idOf, ResourceLink } from "../events/resource-link.tsx";
import { amount } from "../format.ts";
import { actionWords, type Names } from "./automation-words.ts";
import { lookOf } from "./firing-marks.tsx";
import type { ActionInput } from "./trigger-form.ts";

/** The type of a block says nothing beside the block. */
function isPlace(resource: ActionOutcome["related"][number]): boolean {
  return resource["prefect.resource.role"] !== "block-type";
}

/** What became of an action: its outcome, the reason where it failed, and what it was done to or has made. */
export function OutcomeLine(props: {
  readonly outcome: ActionOutcome;
  /** The action as it is now, if it is still of this type. */
  readonly action: Action | undefined;
  readonly names: Names;
}) {
  const { outcome, action, names } = props;
  const look = lookOf(outcome.outcome);
  const words =
    action?.type === outcome.type ? actionWords(action as ActionInput, names) : outcome.type.replaceAll("-", " ");
  const status = outcome.details.status_code;
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <span className="flex min-w-0 flex-wrap items-center gap-x-2">
        <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: look.color }} />
        <span className="min-w-0 break-words">
          {words.charAt(0).toUpperCase()}
          {words.slice(1)}: {look.label}
        </span>
        {outcome.attempts > 1 ? <span className="text-faint">{amount(outcome.attempts, "attempt")}</span> : null}
        {outcome.next_attempt === null ? null : (
          <span className="text-faint">
            again <RelativeTime time={outcome.next_attempt} />
          </span>
        )}
        {outcome.related.filter(isPlace).map((resource) => (
          <ResourceLink key={idOf(resource)} resource={resource} />
        ))}
      </span>
      {outcome.reason === null ? null : (
        <span className="pl-4 break-words text-danger">
          {outcome.reason}
          {typeof status === "number" && !outcome.reason.includes(String(status)) ? ` (status ${status})` : ""}
        </span>
      )}
    </div>
  );
}
