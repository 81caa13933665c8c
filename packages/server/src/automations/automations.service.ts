import { randomId, type Timestamp, timeOrderedId } from "@ostinato/core";
import type {
  Action,
  Automation,
  AutomationCreate,
  AutomationPartialUpdate,
  AutomationUpdate,
  BodyOf,
  countAutomations,
  filterAutomations,
  LiveKept,
  Trigger,
} from "@ostinato/protocol";
import { readJson, readPlainJson, writeJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import { checkChangedRun } from "../job-templates/job-templates.service.ts";
import type { Context } from "../kernel/context.ts";
import { invalid, type Problem, RequestError } from "../kernel/errors.ts";
import { checkAnswerSize, readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { begin } from "../triggers/beginning.service.ts";
import { completeActions } from "./actions.rules.ts";
import { automationEvent, automationOf } from "./automations.presenter.ts";
import * as queries from "./automations.queries.ts";
import { removeIn, removeOwnedIn } from "./removal.service.ts";
import { selfFeedingProblem } from "./self-feeding.rules.ts";
import { completeTrigger, isSameTrigger } from "./triggers.rules.ts";

export { automationOf };

type AutomationRow = queries.AutomationRow;

export async function create(context: Context, given: AutomationCreate): Promise<Automation> {
  const now = context.clock.now();
  const id = timeOrderedId(now);
  const columns = await columnsOf(context, given, now);
  const row = await changing(context, async (unit, version) => {
    const row: AutomationRow = { id, created: now, ...columns, counts_from: version };
    await queries.insertAutomation(unit.tx, row);
    const owner = given.owner_resource ?? "";
    const owned = { automation_id: row.id, resource_id: owner, is_owner: 1 as const };
    await queries.putResources(unit.tx, owner === "" ? [] : [owned]);
    await settle(unit, row, "created");
    await begin(unit, automationOf(row));
    return row;
  });
  return automationOf(row);
}

/** The automation as it would be created. Throws the same refusals. */
export async function draft(context: Context, given: AutomationCreate): Promise<Automation> {
  const now = context.clock.now();
  return automationOf({ id: randomId(), created: now, ...(await columnsOf(context, given, now)), counts_from: null });
}

export async function read({ db }: Context, id: string): Promise<Automation> {
  const row = await queries.findAutomation(db.read, id);
  if (row === undefined) throw missing();
  return automationOf(row);
}

export async function filter({ db }: Context, body: BodyOf<typeof filterAutomations>): Promise<Automation[]> {
  const { automations, sort, limit, offset } = body;
  const query = {
    filter: automations,
    sort: sort ?? "NAME_ASC",
    limit: readLimit(limit),
    offset: offset ?? 0,
  } as const;
  return presentAll(await queries.findAutomations(db.read, query));
}

/** The automations with these ids, as pages hear of them. */
export async function namesOf({ db }: Context, ids: readonly string[]): Promise<readonly LiveKept[]> {
  return queries.namesOfAutomations(db.read, ids);
}

export function count({ db }: Context, { automations }: BodyOf<typeof countAutomations>): Promise<number> {
  return queries.countAutomations(db.read, automations);
}

/** The automations that a resource owns, and those whose actions are about it unless only the owned ones are asked for. */
export async function relatedTo(
  { db }: Context,
  resourceId: string,
  { owned }: { readonly owned: boolean },
): Promise<Automation[]> {
  return presentAll(await queries.automationsOf(db.read, resourceId, { owned }));
}

/**
 * What is not given stays, as in Prefect. With another trigger it begins anew; with the same one it goes on counting, so that a change of its
 * actions, or a request that is sent twice, misses nothing.
 */
export async function replace(context: Context, id: string, given: AutomationUpdate): Promise<void> {
  const columns = givenOf(await columnsOf(context, given, context.clock.now()), given);
  await changing(context, async (unit, version) => {
    const before = await queries.findAutomation(unit.tx, id);
    if (before === undefined) throw missing();
    const isSame = isSameTrigger(readPlainJson(before.trigger), readPlainJson(columns.trigger));
    const trigger = isSame ? before.trigger : columns.trigger;
    const goesOn = isSame && (columns.enabled ?? before.enabled) === before.enabled;
    await update(unit, { ...before, ...columns, trigger }, goesOn ? undefined : version);
  });
}

/**
 * Switches it on or off, and does nothing where neither is asked for. One that is off counts no events, and begins anew when it is switched
 * on.
 */
export async function change(context: Context, id: string, { enabled }: AutomationPartialUpdate): Promise<void> {
  await changing(context, async (unit, version) => {
    const before = await queries.findAutomation(unit.tx, id);
    if (before === undefined) throw missing();
    if (enabled === undefined) return;
    if (enabled) refuseSelfFeeding(automationOf(before));
    const change = { enabled: enabled ? (1 as const) : (0 as const), updated: context.clock.now() };
    if (change.enabled === before.enabled) await queries.updateAutomation(unit.tx, id, change);
    else await update(unit, { ...before, ...change }, version);
  });
}

export async function remove(context: Context, id: string): Promise<void> {
  await unit(context, async (unit) => {
    const row = await queries.findAutomation(unit.tx, id);
    if (row === undefined) throw missing();
    await removeIn(unit, [row]);
  });
}

/** Deletes the automations that go with a resource. */
export async function removeOwnedBy(context: Context, resourceId: string): Promise<void> {
  await unit(context, (unit) => removeOwnedIn(unit, resourceId));
}

/** Makes or changes an automation. All servers, this one too, read it when they next ask: ten thousand that are made in a row are not read each time. */
function changing<T>(context: Context, work: (unit: Unit, version: number) => Promise<T>): Promise<T> {
  return unit(context, async (unit) => {
    // First, because who counts events holds it while it writes what this forgets.
    const version = await queries.moveVersion(unit.tx, context.clock.now());
    return work(unit, version);
  });
}

/**
 * Writes the row of an automation. With `beginsAt` it begins anew: what it has counted is forgotten, and it counts what is written down as of
 * this version and later ones.
 */
async function update(unit: Unit, { id, ...columns }: AutomationRow, beginsAt: number | undefined): Promise<void> {
  const change = beginsAt === undefined ? columns : { ...columns, counts_from: beginsAt };
  const changed = await queries.updateAutomation(unit.tx, id, change);
  if (changed === undefined) throw missing();
  await settle(unit, changed, "updated");
  if (beginsAt === undefined) return;
  await queries.forgetCounts(unit.tx, id);
  await begin(unit, automationOf(changed));
}

/** What follows a new or changed automation, in the same unit of work. */
async function settle(unit: Unit, row: AutomationRow, action: "created" | "updated"): Promise<void> {
  await queries.forgetResources(unit.tx, row.id);
  const deployments = deploymentsOf(readJson<Action[]>(row.actions));
  await queries.putResources(
    unit.tx,
    deployments.map((id) => ({ automation_id: row.id, resource_id: `prefect.deployment.${id}`, is_owner: 0 })),
  );
  await events.recordNew(unit, [automationEvent(action, row, unit.context.clock.now())]);
  unit.changed("automation", [row]);
}

function deploymentsOf(actions: readonly Action[]): readonly string[] {
  return [
    ...new Set(actions.flatMap((action) => (action.type === "run-deployment" ? (action.deployment_id ?? []) : []))),
  ];
}

/** The given fields as columns. Throws a refusal with all problems of the trigger and the actions. */
async function columnsOf(context: Context, given: AutomationUpdate, now: Timestamp) {
  const problems: Problem[] = [];
  const trigger = completeTrigger(given.trigger, problems, randomId);
  const actions = completeActions(given.actions, "actions", problems);
  const onTrigger = completeActions(given.actions_on_trigger ?? [], "actions_on_trigger", problems);
  const onResolve = completeActions(given.actions_on_resolve ?? [], "actions_on_resolve", problems);
  if (trigger === undefined || problems.length > 0) throw invalid(problems);
  const enabled = given.enabled ?? true;
  if (enabled) refuseSelfFeeding({ trigger, actions });
  await checkJobVariables(context, actions);
  return {
    updated: now,
    name: given.name,
    description: given.description ?? "",
    enabled: enabled ? (1 as const) : (0 as const),
    trigger: writeJson(trigger),
    actions: writeJson(actions),
    actions_on_trigger: writeJson(onTrigger),
    actions_on_resolve: writeJson(onResolve),
    tags: writeJson(given.tags ?? []),
  };
}

/** The columns of fields that are given. */
function givenOf<T extends object>(columns: T, given: AutomationUpdate): T {
  const isGiven = ([name]: readonly [string, unknown]) => given[name as keyof AutomationUpdate] !== undefined;
  const kept = Object.entries(columns).filter((column) => column[0] === "updated" || isGiven(column));
  return Object.fromEntries(kept) as T;
}

function refuseSelfFeeding({ trigger, actions }: { readonly trigger: Trigger; readonly actions: readonly Action[] }) {
  const problem = selfFeedingProblem(trigger, actions);
  if (problem !== undefined) {
    throw invalid([{ type: "value_error", loc: ["body"], msg: `Value error, ${problem}`, input: null }]);
  }
}

async function checkJobVariables({ db }: Context, actions: readonly Action[]): Promise<void> {
  for (const action of actions) {
    if (action.type !== "run-deployment" || action.deployment_id === null || action.job_variables === null) continue;
    await checkChangedRun(db.read, action.deployment_id, action.job_variables);
  }
}

/** The answer is Prefect's. */
function missing() {
  return new RequestError("AUTOMATION_NOT_FOUND", { exception_message: "Automation not found" });
}

function presentAll(rows: readonly AutomationRow[]): Automation[] {
  checkAnswerSize(rows.map(({ trigger, actions }) => trigger.length + actions.length));
  return rows.map(automationOf);
}
