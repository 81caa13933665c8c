import type { Action, Automation, Trigger } from "@ostinato/protocol";
import { spanText } from "../output/moments.ts";

/** What the trigger waits for, in one line. */
export function triggerWords(trigger: Trigger): string {
  switch (trigger.type) {
    case "event": {
      const { posture, expect, threshold, within } = trigger;
      const names = expect.length === 0 ? "any event" : expect.join(" or ");
      const times = threshold > 1 ? `${threshold} × ${names}` : names;
      const span = within > 0 ? ` within ${spanText(within)}` : "";
      return posture === "Reactive" ? `${times}${span}` : `no ${times}${span}`;
    }
    case "metric": {
      const { name, operator, threshold, range } = trigger.metric;
      return `${name} ${operator} ${threshold} in ${spanText(range)}`;
    }
    case "compound": {
      const count = trigger.require === "all" || trigger.require === "any" ? trigger.require : `${trigger.require} of`;
      return `${count}: ${trigger.triggers.map(inBrackets).join("; ")}`;
    }
    case "sequence":
      return trigger.triggers.map(inBrackets).join(", then ");
    default:
      return typeOf(trigger);
  }
}

function inBrackets(trigger: Trigger): string {
  return "triggers" in trigger ? `(${triggerWords(trigger)})` : triggerWords(trigger);
}

/** A newer server may know further triggers. */
function typeOf({ type }: { readonly type: string }): string {
  return type;
}

export function actionWords({ actions, actions_on_trigger, actions_on_resolve }: Automation): string {
  const types = (list: readonly Action[]) => list.map(({ type }) => type);
  return [...types(actions), ...types(actions_on_trigger), ...types(actions_on_resolve)].join(", ");
}
