import { stateNames } from "@ostinato/core";
import type { Event, Webhook } from "../api/types.ts";
import type { AutomationDraft } from "./draft.ts";
import { firstMetric, metricTriggerOf } from "./metric-form.ts";
import type { TemplateName } from "./template-names.ts";
import { noScope, relatedOfWebhook, type TriggerForm, type TriggerInput, triggerOf } from "./trigger-form.ts";

interface Template {
  readonly label: string;
  readonly about: string;
  readonly trigger: TriggerInput;
}

const blank: TriggerForm = {
  about: "flow-run",
  when: "happens",
  names: [],
  scope: noScope,
  ids: [],
  resource: "",
  count: 1,
  within: 0,
};

/** What people want to hear of most, each with a trigger to go on from. */
export const templates: Readonly<Record<TemplateName, Template>> = {
  "run-fails": {
    label: "A run fails",
    about: "or crashes",
    trigger: triggerOf({ ...blank, names: [stateNames.failed, stateNames.crashed, stateNames.timedOut] }),
  },
  "run-takes-long": {
    label: "A run takes longer than…",
    about: "and has not ended yet",
    trigger: triggerOf({ ...blank, when: "lasts", names: [stateNames.running], within: 3600 }),
  },
  "run-is-late": {
    label: "A run is late",
    about: "it should have started",
    trigger: triggerOf({ ...blank, names: [stateNames.late] }),
  },
  "run-waits-long": {
    label: "A run waits too long",
    about: "it is taken and does not start",
    trigger: triggerOf({ ...blank, when: "lasts", names: [stateNames.pending], within: 600 }),
  },
  "no-success": {
    label: "No success since…",
    about: "a flow did not complete in time",
    trigger: triggerOf({ ...blank, when: "absent", names: [stateNames.completed], within: 86_400 }),
  },
  "few-successes": {
    label: "Too few successes",
    about: "of the runs of a time",
    trigger: metricTriggerOf({ ...firstMetric, name: "successes", operator: "<", threshold: 90 }),
  },
  "pool-not-ready": {
    label: "A work pool is not ready",
    about: "no worker is there",
    trigger: triggerOf({ ...blank, about: "work-pool", when: "lasts", names: ["not-ready"], within: 300 }),
  },
  "asset-not-fresh": {
    label: "An asset is not fresh",
    about: "nobody has made it in time",
    trigger: triggerOf({
      ...blank,
      about: "asset",
      when: "absent",
      names: ["materialization.succeeded"],
      within: 86_400,
    }),
  },
  "asset-made": {
    label: "An asset was made",
    about: "or could not be made",
    trigger: triggerOf({ ...blank, about: "asset", names: ["materialization.succeeded"] }),
  },
  "own-event": {
    label: "An event of your own",
    about: "that a program emits",
    trigger: triggerOf({ ...blank, about: "event", names: ["order.paid"] }),
  },
  "no-event": {
    label: "No event since…",
    about: "something did not happen",
    trigger: triggerOf({ ...blank, about: "event", when: "absent", names: ["order.paid"], within: 3600 }),
  },
};

export function draftOfTemplate(name: TemplateName): AutomationDraft {
  return emptyDraft(templates[name].trigger);
}

function emptyDraft(trigger: TriggerInput): AutomationDraft {
  return {
    name: "",
    description: "",
    enabled: true,
    tags: [],
    trigger,
    actions: [],
    actions_on_trigger: [],
    actions_on_resolve: [],
  };
}

/** An automation that each event of a webhook would fire. */
export function draftOfWebhook({ id, template }: Pick<Webhook, "id" | "template">): AutomationDraft {
  const event =
    typeof template === "object" && template !== null && !/[{%#]/.test(template.event) ? template.event : "*";
  return emptyDraft(triggerOf({ ...blank, about: "event", names: [event], related: relatedOfWebhook(id) }));
}

/** An automation that events like this one would fire: of the same name, and of the same flow or the same resource. */
export function draftOfEvent(event: Event): AutomationDraft {
  if (event.event.startsWith("prefect.asset.")) {
    const made = { about: "asset", names: [event.event.slice("prefect.asset.".length)] } as const;
    return emptyDraft(triggerOf({ ...blank, ...made, ids: [event.resource["prefect.resource.id"] ?? ""] }));
  }
  const [, about, name = ""] = /^prefect\.(flow-run|deployment|work-pool|work-queue)\.([^.]+)$/.exec(event.event) ?? [];
  const id = event.resource["prefect.resource.id"] ?? "";
  if (about === "flow-run") {
    const flow = event.related.find((each) => each["prefect.resource.role"] === "flow")?.["prefect.resource.id"];
    const flows = flow === undefined ? [] : [flow.slice("prefect.flow.".length)];
    return emptyDraft(triggerOf({ ...blank, names: [name], scope: { ...noScope, flows } }));
  }
  if (about !== undefined) {
    const ids = [id.slice(`prefect.${about}.`.length)];
    return emptyDraft(triggerOf({ ...blank, about: about as TriggerForm["about"], names: [name], ids }));
  }
  return emptyDraft(triggerOf({ ...blank, about: "event", names: [event.event], resource: id }));
}
