import { patiently, pause } from "./api.ts";
import { everyTime, type Kind, kinds } from "./automation-kinds.ts";
import type { AutomationWork, Demand } from "./automations.ts";
import type { Check } from "./reading-back.ts";
import type { Recovery } from "./report.ts";

interface Firing {
  readonly id: string;
  readonly occurred: string;
  readonly events: readonly { readonly id: string }[];
  readonly actions: readonly { readonly outcome: string; readonly reason: string | null }[];
}

interface KeptEvent {
  readonly id: string;
  readonly related: readonly Readonly<Record<string, string>>[];
}

/** Attempts of an action end after a minute. */
const settledMillis = 90_000;
const lookMillis = 500;
/** A deadline waits half a second for what meets it. */
const noticedSeconds = 2;

/**
 * Checks that each firing that the rules demand came once and no other one, and that the action of each was done and is marked. Gives how
 * long after their deadlines firings came when nothing was broken any more.
 */
export async function checkAutomations(check: Check, work: AutomationWork): Promise<readonly Recovery[]> {
  const { found, acknowledged } = check;
  found.wrong.push(...work.wrong);
  acknowledged.automationEvents += work.events;
  const known = new Set<string>();
  const noticed: Recovery[] = [];
  for (const kind of kinds) {
    const demands = work.demands.filter((demand) => demand.kind === kind);
    const firings = await settledFirings(check, { id: work.automations[kind], demands });
    for (const { id } of firings) known.add(id);
    acknowledged.firings += firings.length;
    compareFirings(check, { kind, demands, firings });
    await checkMarks(check, { kind, id: work.automations[kind], firings });
    checkActions(check, { kind, firings, taken: new Set(work.taken.map(({ firing }) => firing)) });
    noticed.push(...noticedAfter(demands, firings));
  }
  const late = noticed.filter(({ seconds }) => seconds > noticedSeconds);
  found.late.push(...late.map(({ seconds }) => `a deadline of an automation: ${seconds.toFixed(1)} s`));
  const unknown = work.taken.filter(({ firing }) => !known.has(firing));
  found.firingsDoubled.push(...unknown.map(({ firing }) => `the webhook was called for ${firing}, which is no firing`));
  return noticed;
}

interface OfKind {
  readonly kind: Kind;
  readonly firings: readonly Firing[];
}

/** The firings of an automation, once the demanded ones are there with what became of their actions, or are waited for long enough. */
async function settledFirings(
  check: Check,
  { id, demands }: { readonly id: string; readonly demands: readonly Demand[] },
): Promise<readonly Firing[]> {
  const demanded = demands.filter(({ isOptional }) => isOptional !== true).map(({ events }) => keyOf(events));
  const giveUp = performance.now() + settledMillis;
  for (;;) {
    const firings = await allFirings(check, id);
    const isSettled = firings.every(({ actions }) => actions.every(({ outcome }) => outcome === "EXECUTED"));
    const found = new Set(firings.map(keyOfFiring));
    if ((isSettled && demanded.every((key) => found.has(key))) || performance.now() > giveUp) return firings;
    await pause(lookMillis);
  }
}

async function allFirings({ apiUrl }: Check, id: string): Promise<readonly Firing[]> {
  const all: Firing[] = [];
  let before: string | null = null;
  do {
    const query: string = before === null ? "" : `&before=${before}`;
    const page: { firings: readonly Firing[]; next: string | null } = await patiently(
      `${apiUrl}/automations/${id}/firings?limit=50${query}`,
    );
    all.push(...page.firings);
    before = page.next;
  } while (before !== null);
  return all;
}

function keyOf(events: readonly string[]): string {
  return events.toSorted().join(" and ");
}

function keyOfFiring({ events }: Firing): string {
  return keyOf(events.map(({ id }) => id));
}

function compareFirings(
  { found }: Check,
  { kind, demands, firings }: OfKind & { readonly demands: readonly Demand[] },
) {
  const byEvents = Map.groupBy(firings, keyOfFiring);
  for (const { events, isOptional } of demands) {
    const [first, ...more] = byEvents.get(keyOf(events)) ?? [];
    if (first === undefined && isOptional !== true) found.firingsLost.push(`${kind}: by ${keyOf(events)}`);
    found.firingsDoubled.push(...more.map(({ id }) => `${kind}: ${id}, beside ${first?.id}`));
    byEvents.delete(keyOf(events));
  }
  for (const [events, undemanded] of byEvents) {
    found.firingsDoubled.push(...undemanded.map(({ id }) => `${kind}: ${id} by ${events}, which nothing demands`));
  }
}

/** Compares the history with the events that tell of firings and of their actions. */
async function checkMarks(check: Check, { kind, id, firings }: OfKind & { readonly id: string }): Promise<void> {
  const { found } = check;
  const expected = new Set(firings.map((firing) => firing.id));
  const triggered = (await allEvents(check, "prefect.automation.triggered", id)).map((event) => event.id);
  const executed = (await allEvents(check, "prefect.automation.action.executed", id)).map(firingOf);
  for (const firing of expected) {
    const told = triggered.filter((each) => each === firing).length;
    if (told !== 1) found.firingsDoubled.push(`${kind}: ${firing} is told of ${told} times`);
    const marks = executed.filter((each) => each === firing).length;
    if (marks !== 1) found.actionsLost.push(`${kind}: the action of ${firing} is marked as executed ${marks} times`);
  }
  const others = triggered.filter((each) => !expected.has(each));
  found.firingsDoubled.push(...others.map((each) => `${kind}: ${each} is not in the history`));
}

async function allEvents({ apiUrl }: Check, name: string, automation: string): Promise<readonly KeptEvent[]> {
  const all: KeptEvent[] = [];
  const filter = {
    event: { name: [name] },
    resource: { id: [`prefect.automation.${automation}`] },
    occurred: everyTime,
  };
  interface Page {
    readonly events: readonly KeptEvent[];
    readonly next_page: string | null;
  }
  let page = await patiently<Page>(`${apiUrl}/events/filter`, { filter, limit: 50 });
  all.push(...page.events);
  while (page.next_page !== null) {
    page = await patiently<Page>(`${apiUrl}/events/filter/next${new URL(page.next_page).search}`);
    all.push(...page.events);
  }
  return all;
}

function firingOf({ related }: KeptEvent): string | undefined {
  const named = related.find((each) => each["prefect.resource.role"] === "automation-triggered-event");
  return named?.["prefect.resource.id"]?.slice("prefect.event.".length);
}

function checkActions(check: Check, { kind, firings, taken }: OfKind & { readonly taken: ReadonlySet<string> }): void {
  const { found, acknowledged } = check;
  for (const { id, actions } of firings) {
    const [action] = actions;
    if (action?.outcome === "EXECUTED") acknowledged.actions += 1;
    else found.actionsLost.push(`${kind}: the action of ${id} is ${action?.outcome ?? "nowhere"}, ${action?.reason}`);
    if (!taken.has(id)) found.actionsLost.push(`${kind}: the webhook was not called for ${id}`);
  }
}

function noticedAfter(demands: readonly Demand[], firings: readonly Firing[]): readonly Recovery[] {
  const byEvent = new Map(firings.flatMap((firing) => firing.events.map(({ id }) => [id, firing] as const)));
  return demands.flatMap(({ deadline, events: [event = ""] }) => {
    const firing = byEvent.get(event);
    if (deadline === undefined || firing === undefined) return [];
    return [{ fault: "deadline of an automation", seconds: (Date.parse(firing.occurred) - deadline) / 1000 }];
  });
}
