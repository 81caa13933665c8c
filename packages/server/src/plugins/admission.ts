import { addSeconds, secondsBetween, type Timestamp } from "@ostinato/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../kernel/context.ts";
import { Overloaded } from "../kernel/errors.ts";
import { type AdmissionLimits, alwaysAnswered, decide, fits } from "./admission.rules.ts";
import type { Incoming, IncomingBytes } from "./incoming-bytes.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Undefined for requests that are answered under any load. */
    ticket: Ticket | undefined;
  }
}

/** A request that is worked on or waits. */
interface Ticket {
  readonly client: string;
  state: "waiting" | "under way" | "over";
  /** The time at which a waiting request is refused. */
  giveUp: Timestamp | undefined;
  /** Its body, and its answer once that is large, in memory. */
  memory: Incoming | undefined;
  readonly proceed: (error?: Error) => void;
}

/** Smaller answers are gone before they matter. */
const largeAnswer = 64 * 1024;
const retryAfterSeconds = 2;
/** The interval at which the log repeats that requests are refused. */
const logAgainSeconds = 10;

/**
 * Admits as many requests as the server can take, before their bodies are read. Others wait for a while, in order; those beyond
 * the waiting places are refused with 503, or with 429 if this client alone exceeds its share of them. Websockets and files of
 * the UI are not counted.
 */
export function admission(api: FastifyInstance, context: Context, incoming: IncomingBytes): void {
  const gate = createGate(context);
  const exempt = new Set(alwaysAnswered.map(({ path }) => `${api.prefix}${path}`));
  api.decorateRequest("ticket", undefined);
  api.addHook("onRoute", (route) => {
    if (exempt.has(route.url) || (route as { websocket?: boolean }).websocket === true) return;
    route.onRequest = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) =>
      gate.enter(request, reply, done);
    route.onSend = ({ ticket }: FastifyRequest, _reply: FastifyReply, payload: unknown, done: () => void) => {
      if (typeof payload === "string" && payload.length >= largeAnswer) weigh(incoming, ticket, payload.length);
      done();
    };
  });
}

function weigh(incoming: IncomingBytes, ticket: Ticket | undefined, bytes: number): void {
  if (ticket?.state !== "under way") return;
  ticket.memory ??= incoming.open({ client: ticket.client, pause() {}, resume() {}, tooSlow() {} });
  ticket.memory.complete();
  ticket.memory.setBytes(bytes);
}

function createGate({ config, clock, metrics, log }: Context) {
  const limits: AdmissionLimits = {
    requests: config.maxRequests,
    waiting: config.maxWaiting,
  };
  /** Waiting requests in order of arrival. */
  const queue = new Set<Ticket>();
  const waitingOf = new Map<string, number>();
  const underWayOf = new Map<string, number>();
  const load = {
    requests: 0,
    get waiting() {
      return queue.size;
    },
  };
  let cancelExpiry: (() => void) | undefined;
  let refused = 0;
  let lastLogged: Timestamp | undefined;
  metrics.gauge({ name: "requests_under_way", help: "Requests that are worked on", read: () => load.requests });
  metrics.gauge({ name: "requests_waiting", help: "Requests that wait for others to end", read: () => queue.size });

  function begin(ticket: Ticket): void {
    ticket.state = "under way";
    load.requests += 1;
    count(underWayOf, ticket.client, 1);
  }

  function leave(ticket: Ticket): void {
    if (ticket.state === "waiting") dequeue(ticket);
    else if (ticket.state === "under way") {
      load.requests -= 1;
      count(underWayOf, ticket.client, -1);
    }
    ticket.state = "over";
    ticket.memory?.release();
    if (queue.size > 0) admitWaiting();
  }

  function admitWaiting(): void {
    for (const ticket of queue) {
      if (load.requests >= limits.requests) return;
      if (fits(load, underWayOf.get(ticket.client) ?? 0, limits)) {
        dequeue(ticket);
        begin(ticket);
        ticket.proceed();
      } else if (waitingOf.size === 1) return; // All the others are of the same client.
    }
  }

  function enqueue(ticket: Ticket): void {
    ticket.giveUp = addSeconds(clock.now(), config.waitSeconds);
    queue.add(ticket);
    count(waitingOf, ticket.client, 1);
    cancelExpiry ??= clock.after(config.waitSeconds, expire);
  }

  function dequeue(ticket: Ticket): void {
    queue.delete(ticket);
    count(waitingOf, ticket.client, -1);
    if (queue.size > 0) return;
    cancelExpiry?.();
    cancelExpiry = undefined;
  }

  /** One timer, for the one that waits longest. */
  function expire(): void {
    cancelExpiry = undefined;
    const now = clock.now();
    for (const ticket of queue) {
      const seconds = ticket.giveUp === undefined ? 0 : secondsBetween(now, ticket.giveUp);
      if (seconds > 0) {
        cancelExpiry = clock.after(seconds, expire);
        return;
      }
      refuseWaiting(ticket, 503, `The server did not come to this request within ${config.waitSeconds} s`);
    }
  }

  function refuseWaiting(ticket: Ticket, status: 429 | 503, reason: string): void {
    dequeue(ticket);
    ticket.state = "over";
    ticket.proceed(refusal(status, reason));
  }

  function refusal(status: 429 | 503, reason: string): Overloaded {
    metrics.add("requests_refused_total", 1, { status });
    refused += 1;
    const now = clock.now();
    if (lastLogged === undefined || now >= addSeconds(lastLogged, logAgainSeconds)) {
      log.warn({ refused, status, ...load }, "there is more to do than the server takes on: requests are refused");
      lastLogged = now;
      refused = 0;
    }
    return new Overloaded({ status, detail: `${reason}: try again in ${retryAfterSeconds} s`, retryAfterSeconds });
  }

  function refuseLatestOfBusiest(): void {
    const [client] = [...waitingOf].reduce((busiest, each) => (each[1] > busiest[1] ? each : busiest), ["", 0]);
    const latest = [...queue].findLast((ticket) => ticket.client === client);
    if (latest !== undefined) refuseWaiting(latest, 429, tooManyOfOne);
  }

  return {
    enter(request: FastifyRequest, { raw }: FastifyReply, done: (error?: Error) => void): void {
      const client = request.ip;
      const arrival = {
        ownUnderWay: underWayOf.get(client) ?? 0,
        ownWaiting: waitingOf.get(client) ?? 0,
        get maxOfOneClient() {
          return Math.max(0, ...waitingOf.values());
        },
      };
      const decision = decide(load, arrival, limits);
      if (decision === "server busy") done(refusal(503, "The server has as much to do as it can take"));
      else if (decision === "too many of this client") done(refusal(429, tooManyOfOne));
      else {
        const ticket: Ticket = { client, state: "waiting", giveUp: undefined, memory: undefined, proceed: done };
        request.ticket = ticket;
        // Comes after the last byte of the answer, and where the client goes away before that.
        raw.once("close", () => leave(ticket));
        if (decision === "replace another") refuseLatestOfBusiest();
        if (decision === "go") {
          begin(ticket);
          done();
        } else enqueue(ticket);
      }
    },
  };
}

function count(counts: Map<string, number>, client: string, by: 1 | -1): void {
  const number = (counts.get(client) ?? 0) + by;
  if (number === 0) counts.delete(client);
  else counts.set(client, number);
}

const tooManyOfOne = "This client has more requests waiting than its share while others wait too: send fewer at once";
