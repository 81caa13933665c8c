import { randomUUID } from "node:crypto";
import { patiently, pause, request } from "./api.ts";
import {
  type AutomationEvent,
  eventOf,
  everyTime,
  type Kind,
  kinds,
  type Round,
  roundsOfBoth,
  roundsOfThird,
  triggers,
  withinSeconds,
} from "./automation-kinds.ts";
import type { Cluster } from "./cluster.ts";
import type { Random } from "./random.ts";
import { startWebhookSink, type TakenCall } from "./webhook-sink.ts";

/** Automations that call a webhook, and somebody who sends the events that they count, and knows what has to come of them. */
export interface Automations {
  /** Sends the last events. */
  finish(): Promise<AutomationWork>;
  dispose(): Promise<void>;
}

export interface AutomationWork {
  /** Their ids. */
  readonly automations: Readonly<Record<Kind, string>>;
  /** How many events the server has acknowledged. */
  readonly events: number;
  readonly demands: readonly Demand[];
  /** What the webhook has taken. */
  readonly taken: readonly TakenCall[];
  readonly wrong: readonly string[];
}

/** A firing that the rules demand. */
export interface Demand {
  readonly kind: Kind;
  /** The ids of its events. */
  readonly events: readonly string[];
  /** It may come and need not: what meets a deadline was on its way at the deadline, or the server's clock was ahead. */
  readonly isOptional?: true;
  /** In milliseconds: the deadline of a firing that nothing may delay, since nothing is broken any more. */
  readonly deadline?: number;
}

const restMillis = { each: 150, third: 200, both: 200, missing: 700, switched: 100 };
const copies = 0.3;
/** The time of an event in the backlog of a client that was cut off for long. */
const backlogMillis = 3_600_000;
const minuteMillis = 60_000;
/** A server learns of a moved clock a moment later. */
const clockMillis = 1000;
const lookMillis = 200;
const settledMillis = 90_000;
/** Deadlines that pass when nothing is broken any more. */
const quietDeadlines = 4;

export async function startAutomations(
  cluster: Cluster,
  { random }: { readonly random: Random },
): Promise<Automations> {
  const { apiUrl, injection } = cluster;
  const sink = await startWebhookSink(random.fork());
  const automations = await create(apiUrl, sink.url);
  const demands: Demand[] = [];
  const wrong: string[] = [];
  let events = 0;
  let isOver = false;

  /** Sends until the server has acknowledged it, at times twice. */
  async function send(event: AutomationEvent, from: Random): Promise<void> {
    const times = from.next() < copies ? 2 : 1;
    await Promise.all(Array.from({ length: times }, () => patiently(`${apiUrl}/events`, [event])));
    events += 1;
  }

  function demand(kind: Kind, ids: readonly string[], fields: Partial<Demand> = {}): void {
    demands.push({ kind, events: ids, ...fields });
  }

  async function sendEach(from: Random): Promise<void> {
    const sent = Array.from({ length: 3 }, () => eventOf("chaos.each", "chaos"));
    await Promise.all(sent.map((event) => send(event, from)));
    for (const { id } of sent) demand("each", [id]);
  }

  async function sendRound(kind: Kind, { events, fires }: Round, { from, at }: { from: Random; at: number }) {
    const resource = `chaos.${randomUUID()}`;
    const sent = events.map(([name, after]) => eventOf(name, resource, at + after * 1000));
    for (const event of sent) await send(event, from);
    const eventsOf = (places: readonly number[]) => places.flatMap((place) => sent[place]?.id ?? []);
    for (const places of fires) demand(kind, eventsOf(places));
  }

  async function sendThird(from: Random): Promise<void> {
    const ago = from.pick([minuteMillis, backlogMillis]);
    await sendRound("third", from.pick(roundsOfThird), { from, at: Date.now() - ago });
  }

  /** Rounds of one compound are counted together: their times only go on. */
  let roundOfBoth = Date.now() - 2 * backlogMillis;
  async function sendBoth(from: Random): Promise<void> {
    roundOfBoth += minuteMillis;
    await sendRound("both", from.pick(roundsOfBoth), { from, at: roundOfBoth });
  }

  /** Begins something that is to be done within some time, and does it or not. */
  async function begin(from: Random, done: "in time" | "never"): Promise<void> {
    const resource = `chaos.${randomUUID()}`;
    const since = performance.now() - clockMillis;
    const begun = eventOf("chaos.begun", resource);
    await send(begun, from);
    if (done === "never") return demand("missing", [begun.id]);
    await pause(from.pick([from.between(0, 3000), from.between(8000, 9800)]));
    await send(eventOf("chaos.done", resource), from);
    const isLate = Date.now() > Date.parse(begun.occurred) + withinSeconds * 1000;
    const wasAhead = injection.clockAheadAt >= since;
    if (isLate || wasAhead) demand("missing", [begun.id], { isOptional: true });
  }

  const waits = new Set<Promise<void>>();
  async function sendMissing(from: Random): Promise<void> {
    const round = begin(from.fork(), from.pick(["in time", "never"])).catch(note);
    waits.add(round);
    void round.then(() => waits.delete(round));
  }

  /**
   * What comes while it is on fires it, and nothing that came before it was switched on, though much of that still waits to be counted then.
   * What waits when it is switched off may have fired it or not.
   */
  async function sendSwitched(from: Random): Promise<void> {
    const sendTwo = async () => {
      const sent = [0, 1].map(() => eventOf("chaos.switched", "chaos"));
      await Promise.all(sent.map((event) => send(event, from)));
      return sent.map(({ id }) => id);
    };
    const isAwaited = from.next() < 0.5;
    const ids = await sendTwo();
    for (const id of ids) demand("switched", [id], isAwaited ? {} : { isOptional: true });
    if (isAwaited) await untilFired("switched", ids);
    await toggle(automations.switched, false);
    await sendTwo();
    await toggle(automations.switched, true);
  }

  async function toggle(id: string, enabled: boolean): Promise<void> {
    await patiently(`${apiUrl}/automations/${id}`, { enabled }, { method: "PATCH" });
  }

  /** The checker finds what is missing after a while. */
  async function untilFired(kind: Kind, ids: readonly string[]): Promise<void> {
    const giveUp = performance.now() + settledMillis;
    for (const id of ids) {
      const filter = {
        event: { name: ["prefect.automation.triggered"] },
        resource: { id: [`prefect.automation.${automations[kind]}`] },
        related: { id: [`prefect.event.${id}`] },
        occurred: everyTime,
      };
      const hasFired = async () => {
        const answer = await request<{ readonly total: number }>(`${apiUrl}/events/filter`, { filter, limit: 1 });
        return answer.kind === "answered" && answer.value.total > 0;
      };
      while (!(await hasFired()) && performance.now() < giveUp) await pause(lookMillis);
    }
  }

  function note(error: unknown): void {
    wrong.push(`events of automations can't be sent: ${error}`);
  }

  const senders = { each: sendEach, third: sendThird, both: sendBoth, missing: sendMissing, switched: sendSwitched };
  const sending = kinds.map(async (kind) => {
    const from = random.fork();
    try {
      while (!isOver) {
        await senders[kind](from);
        await pause(restMillis[kind]);
      }
    } catch (error) {
      note(error);
    }
  });

  return {
    async finish() {
      isOver = true;
      await Promise.all([...sending, ...waits]);
      const last = Array.from({ length: quietDeadlines }, () => eventOf("chaos.begun", `chaos.${randomUUID()}`));
      await Promise.all(last.map((event) => send(event, random)));
      for (const { id, occurred } of last) {
        demand("missing", [id], { deadline: Date.parse(occurred) + withinSeconds * 1000 });
      }
      return { automations, events, demands, taken: sink.taken, wrong };
    },
    async dispose() {
      isOver = true;
      await sink.close();
    },
  };
}

async function create(apiUrl: string, sinkUrl: string): Promise<Readonly<Record<Kind, string>>> {
  const type = await patiently<{ readonly id: string }>(`${apiUrl}/block_types/slug/webhook`);
  const [schema] = await patiently<readonly { readonly id: string }[]>(`${apiUrl}/block_schemas/filter`, {
    block_schemas: { block_type_id: { any_: [type.id] } },
  });
  const block = await patiently<{ readonly id: string }>(`${apiUrl}/block_documents/`, {
    name: "chaos-webhook",
    data: { method: "POST", url: sinkUrl, headers: {} },
    block_schema_id: schema?.id,
    block_type_id: type.id,
  });
  const payload = '{"firing": {{ firing.id | tojson }}}';
  const actions = [{ type: "call-webhook", block_document_id: block.id, payload }];
  const created = kinds.map(async (kind) => {
    const given = { name: `chaos ${kind}`, trigger: triggers[kind], actions };
    return [kind, (await patiently<{ readonly id: string }>(`${apiUrl}/automations/`, given)).id] as const;
  });
  return Object.fromEntries(await Promise.all(created)) as Readonly<Record<Kind, string>>;
}
