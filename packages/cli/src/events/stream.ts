import { subscribeToEvents } from "@ostinato/client/node";
import { compareTimestamps, jsonText } from "@ostinato/core";
import { type Event, type EventFilter, type EventPage, filterEvents, nextEvents } from "@ostinato/protocol";
import { type Connected, withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { localTime } from "../output/moments.ts";
import { note, say } from "../output/output.ts";
import { oneLine, paint } from "../output/text.ts";

export interface StreamOptions {
  readonly prefix?: readonly string[];
  readonly resource?: readonly string[];
  /** Seconds. */
  readonly since?: number;
  readonly count?: number;
  readonly json?: boolean;
}

/** Prints events as they come, each once, until there are enough of them. What happened while the connection was lost is read afterwards. */
export function streamEvents(options: StreamOptions): Promise<void> {
  return withServer(async (connected) => {
    if (!connected.overNetwork) {
      throw new CliError('Events are streamed by a running server. Start one with "ostinato server start".', {
        exitCode: exitCodes.notRunning,
      });
    }
    await new Promise<void>((resolve, reject) => {
      const stream = new EventStream(connected, options, resolve);
      const subscription = subscribeToEvents({
        baseUrl: connected.client.baseUrl,
        auth: connected.auth,
        // The server sends what happened since then, so that nothing is lost between the reading and the listening.
        filter: () => ({ ...filterOf(options), occurred: { since: stream.since } }),
        onEvent: (event) => stream.live(event),
        onConnected: () => void stream.catchUp().catch(reject),
      });
      // The subscription alone does not keep the process alive.
      const alive = setInterval(() => {}, 2 ** 30);
      process.once("SIGINT", () => stream.end()).once("SIGTERM", () => stream.end());
      stream.onEnd = () => {
        clearInterval(alive);
        subscription.close();
      };
    });
  });
}

function filterOf({ prefix, resource }: StreamOptions): EventFilter {
  return {
    ...(prefix === undefined ? {} : { event: { prefix: [...prefix] } }),
    ...(resource === undefined ? {} : { any_resource: { id: [...resource] } }),
  };
}

/** So many ids of events are remembered, so that none is printed twice. */
const maxRemembered = 10_000;

class EventStream {
  readonly #connected: Connected;
  readonly #options: StreamOptions;
  readonly #resolve: () => void;
  readonly #printed = new Set<string>();
  /** Events that came while those before them were read. */
  #held: Event[] | undefined;
  /** From when on events are printed. */
  since: string;
  #left: number;
  #isTold = false;
  onEnd = () => {};

  constructor(connected: Connected, options: StreamOptions, resolve: () => void) {
    this.#connected = connected;
    this.#options = options;
    this.#resolve = resolve;
    this.#left = options.count ?? Number.POSITIVE_INFINITY;
    this.since = new Date(Date.now() - (options.since ?? 0) * 1000).toISOString();
  }

  live(event: Event): void {
    if (this.#held === undefined) this.#print(event);
    else this.#held.push(event);
  }

  /** Reads what happened before the connection was there, and prints it before what has come since. */
  async catchUp(): Promise<void> {
    if (!this.#isTold) note("Waiting for events. Stop with Ctrl-C.");
    this.#isTold = true;
    this.#held ??= [];
    for await (const event of this.#eventsSince(this.since)) this.#print(event);
    const held = this.#held;
    this.#held = undefined;
    for (const event of held) this.#print(event);
  }

  end(): void {
    this.#left = 0;
    this.onEnd();
    this.#resolve();
  }

  async *#eventsSince(since: string): AsyncGenerator<Event> {
    const { client } = this.#connected;
    const filter: EventFilter = { ...filterOf(this.#options), occurred: { since }, order: "ASC" };
    let page: EventPage = await client.call(filterEvents, { body: { filter, limit: 50 } });
    for (;;) {
      yield* page.events;
      const token = page.next_page === null ? null : new URL(page.next_page).searchParams.get("page-token");
      if (token === null || this.#left === 0) return;
      page = await client.call(nextEvents, { query: { "page-token": token } });
    }
  }

  #print(event: Event): void {
    if (this.#left === 0 || this.#printed.has(event.id)) return;
    this.#printed.add(event.id);
    const [oldest] = this.#printed;
    if (oldest !== undefined && this.#printed.size > maxRemembered) this.#printed.delete(oldest);
    if (compareTimestamps(event.occurred, this.since) > 0) this.since = event.occurred;
    say(this.#options.json ? (jsonText(event) ?? "") : eventLine(event));
    this.#left -= 1;
    if (this.#left === 0) this.end();
  }
}

function eventLine({ occurred, event, resource }: Event): string {
  const { "prefect.resource.id": id = "", "prefect.resource.name": name } = resource;
  const subject = name === undefined ? oneLine(id) : `${oneLine(name)}  ${paint("dim", oneLine(id))}`;
  return `${paint("dim", localTime(occurred) ?? "")}  ${oneLine(event)}  ${subject}`;
}
