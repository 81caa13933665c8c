import type { CausedBy } from "../kernel/actor.ts";
import type { NewEvent } from "./events.rules.ts";

/** The label of a related resource that says how long a chain of firings has become. */
export const chainLabel = "ostinato.chain";

/** The event with the automation that has caused it, so that one that feeds itself is noticed. */
export function withCause(event: NewEvent, { automationId, chain }: CausedBy): NewEvent {
  const cause = {
    "prefect.resource.id": `prefect.automation.${automationId}`,
    "prefect.resource.role": "cause",
    [chainLabel]: String(chain),
  };
  return { ...event, related: [...event.related, cause] };
}
