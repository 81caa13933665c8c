import { addSeconds, durationSeconds, formatTimestamp, secondsBetween, toTimestamp, withBigInts } from "@ostinato/core";
import type { Event, EventFilter, EventPage, filterEvents, nextEvents, readFlowRun } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import type { FlowRunStates } from "../context.ts";
import { EventTimeout, UsageError } from "../errors.ts";
import { keepInput, readInput } from "../pauses/run-inputs.ts";
import { shown } from "../run/option-checks.ts";
import { untilFound } from "../session/run-watch.ts";
import type { Session } from "../session/session.ts";
import { type EventMatch, eventMatch } from "./event-match.ts";
import type { EventOptions, ReceivedEvent } from "./event-options.ts";

/** The flow run that waits. */
interface WaitingFlow {
  readonly session: Session;
  readonly id: string;
  readonly name: string;
  readonly states: FlowRunStates;
  readonly signal: AbortSignal;
}

export interface EventWanted {
  /** The call, for messages. */
  readonly what: string;
  readonly names: readonly string[];
  readonly options: EventOptions;
  /** Identifies the wait in its run. */
  readonly key: string;
}

/** What the run keeps of a wait, so that another process goes on with it. */
interface KeptWait {
  /** Events count that the server has received from then on. */
  readonly since: string;
  /** Until when the run waits; null without a limit. */
  readonly until: string | null;
  /** The event before, which does not count. */
  readonly after: string | null;
}

/** How much the clocks of those who emit events may be behind the server's. */
const clockSlackSeconds = 600;

export async function waitForEvent(flow: WaitingFlow, wanted: EventWanted): Promise<ReceivedEvent> {
  const { what, key, options } = wanted;
  const match = eventMatch(what, wanted.names, options);
  const received = (await readInput(flow, `event-${key}-received`)) as ReceivedEvent | undefined;
  if (received !== undefined) return received;
  const wait = await keptWait(flow, wanted);
  const seconds = wait.until === null ? undefined : secondsUntil(flow, wait.until);
  flow.states.say(logLevels.info, `waiting for ${what}`);
  const event = await untilFound(flow.session, {
    seconds: seconds === undefined ? undefined : Math.max(0, seconds),
    signal: flow.signal,
    filter: match.filter,
    look: () => findEvent(flow.session, match, wait),
  });
  // It may have come in the last moment.
  const found = event ?? (await findEvent(flow.session, match, wait));
  if (found === undefined) throw new EventTimeout(wanted.names, durationSeconds(options.timeout ?? 0));
  const given = presented(found);
  await keepInput(flow, { key: `event-${key}-received`, value: given });
  flow.states.say(logLevels.info, `received the event "${found.event}" (${found.id})`);
  return given;
}

async function keptWait(flow: WaitingFlow, { what, key, options }: EventWanted): Promise<KeptWait> {
  const place = `event-${key}-wait`;
  const kept = (await readInput(flow, place)) as KeptWait | undefined;
  if (kept !== undefined) return kept;
  const { since = "now", timeout } = options;
  const wait = {
    since: await beginning(flow, what, since),
    until: timeout === undefined ? null : flow.states.momentIn(durationSeconds(timeout)),
    after: typeof since === "object" ? since.id : null,
  };
  await keepInput(flow, { key: place, value: wait });
  return wait;
}

async function beginning(flow: WaitingFlow, what: string, since: EventOptions["since"]): Promise<string> {
  if (since === "now") return flow.states.momentIn(0);
  if (since === "run") {
    const { client } = flow.session;
    return (
      (await client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id: flow.id } })).created ??
      flow.states.momentIn(0)
    );
  }
  const received: unknown = Object(since).received;
  if (typeof received === "string") return received;
  throw new UsageError(`${what}: since is ${shown(since)}; give "now", "run", or an event that event() has returned`);
}

function secondsUntil({ states }: WaitingFlow, until: string): number {
  return secondsBetween(toTimestamp(states.momentIn(0)), toTimestamp(until));
}

/** The first event that counts, by the time at which it happened. */
async function findEvent({ client }: Session, match: EventMatch, wait: KeptWait): Promise<Event | undefined> {
  const since = toTimestamp(wait.since);
  const occurred = { since: formatTimestamp(addSeconds(since, -clockSlackSeconds)) };
  const filter: EventFilter = { ...match.filter, occurred, order: "ASC" };
  let page: EventPage = await client.call<typeof filterEvents>("POST /events/filter", {
    body: { filter, limit: 50 },
    retries: 0,
  });
  for (;;) {
    const found = page.events.find(
      (event) => match.takes(event) && event.id !== wait.after && toTimestamp(event.received) >= since,
    );
    const token = page.next_page === null ? null : new URL(page.next_page).searchParams.get("page-token");
    if (found !== undefined || token === null) return found;
    page = await client.call<typeof nextEvents>("GET /events/filter/next", {
      query: { "page-token": token },
      retries: 0,
    });
  }
}

function presented({ id, event, occurred, received, resource, related, payload, follows }: Event): ReceivedEvent {
  const values = withBigInts(payload) as ReceivedEvent["payload"];
  return { id, event, occurred, received, resource, related, payload: values, follows };
}
