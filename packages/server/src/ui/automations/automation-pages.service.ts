import type {
  Action,
  ActionOutcome,
  Automation,
  AutomationRow,
  BodyOf,
  Event,
  FiringMark,
  listAutomations,
  NamedThing,
  ReplyOf,
  readAutomationChoices,
  readAutomationPage,
} from "@ostinato/protocol";
import { outcomesOf } from "../../automation-actions/told-outcomes.service.ts";
import { latestFirings } from "../../automation-firings/history.service.ts";
import * as automations from "../../automations/automations.service.ts";
import type { Context } from "../../kernel/context.ts";
import * as listed from "./automation-list.queries.ts";
import * as queries from "./named.queries.ts";

const maxMarks = 12;
/** Ids in the trigger and the actions whose names are looked up. */
const maxNames = 500;

export async function list(
  context: Context,
  body: BodyOf<typeof listAutomations>,
): Promise<ReplyOf<typeof listAutomations>> {
  const { text, enabled, limit, offset } = body ?? {};
  const { read } = context.db;
  const wanted = { text: text?.trim() || undefined, enabled: enabled ?? undefined };
  const [rows, count, total] = await Promise.all([
    listed.automationsInList(read, { ...wanted, limit: limit ?? 50, offset: offset ?? 0 }),
    listed.countInList(read, wanted),
    listed.countInList(read, {}),
  ]);
  const found = rows.map(automations.automationOf);
  const [results, names] = await Promise.all([rowsOf(context, found), namesIn(context, found)]);
  return { results, count, total, names };
}

async function rowsOf(context: Context, found: readonly Automation[]): Promise<AutomationRow[]> {
  const told = await Promise.all(found.map(({ id }) => latestFirings(context, id, maxMarks)));
  const outcomes = await outcomesOf(
    context,
    told.flat().map(({ id }) => id),
  );
  return found.map((automation, index) => ({
    automation,
    firings: (told[index] ?? []).map((event) => markOf(event, outcomes.get(event.id) ?? [])),
  }));
}

/** What is worst comes first. */
const weights = ["FAILED", "RETRYING", "PENDING", "EXECUTED"] as const satisfies readonly ActionOutcome["outcome"][];

function markOf({ id, occurred, event }: Event, outcomes: readonly ActionOutcome[]): FiringMark {
  return {
    id,
    occurred,
    trigger_state: event.endsWith(".resolved") ? "Resolved" : "Triggered",
    outcome: weights.find((weight) => outcomes.some(({ outcome }) => outcome === weight)) ?? null,
    reason: outcomes.find(({ outcome }) => outcome === "FAILED")?.reason ?? null,
  };
}

function namesIn({ db }: Context, found: readonly Automation[]): Promise<NamedThing[]> {
  const text = found
    .map(({ trigger, actions, actions_on_trigger, actions_on_resolve }) =>
      JSON.stringify([trigger, actions, actions_on_trigger, actions_on_resolve]),
    )
    .join();
  const ids = new Set(Array.from(text.matchAll(idPattern), ([id]) => id.toLowerCase()));
  return queries.namedByIds(db.read, [...ids].slice(0, maxNames));
}

const idPattern = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;

export async function page(context: Context, id: string): Promise<ReplyOf<typeof readAutomationPage>> {
  const automation = await automations.read(context, id);
  const [names, owner, all] = await Promise.all([
    namesIn(context, [automation]),
    queries.ownerOf(context.db.read, id),
    automations.filter(context, { limit: 200 }),
  ]);
  const switched_by = all
    .filter((other) => other.id !== id && switches(other, id))
    .map(({ id, name }) => ({ id, name }));
  return { automation, names, owner, switched_by };
}

function switches({ actions, actions_on_trigger, actions_on_resolve }: Automation, id: string): boolean {
  const isSwitch = (action: Action) => "automation_id" in action && action.automation_id === id;
  return [...actions, ...actions_on_trigger, ...actions_on_resolve].some(isSwitch);
}

export async function choices({ db }: Context): Promise<ReplyOf<typeof readAutomationChoices>> {
  const { read } = db;
  const [flows, deployments, work_pools, work_queues, all, assets, notifiers, webhooks] = await Promise.all([
    queries.allNamed(read, "flow"),
    queries.allNamed(read, "deployment"),
    queries.allNamed(read, "work-pool"),
    queries.allNamed(read, "work-queue"),
    queries.allNamed(read, "automation"),
    queries.allNamed(read, "asset"),
    queries.blocksThat(read, { capability: "notify" }),
    queries.blocksThat(read, { slug: "webhook" }),
  ]);
  return { flows, deployments, work_pools, work_queues, automations: all, assets, notifiers, webhooks };
}
