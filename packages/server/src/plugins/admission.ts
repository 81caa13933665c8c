import { addSeconds, secondsBetween, type Timestamp } from "@ostinato/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { Overloaded } from "../errors.ts";
import { type AdmissionLimits, alwaysAnswered, fits, judge } from "./admission.rules.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Undefined for what is answered under any load. */
    ticket: Ticket | undefined;
  }
}

/** A request that is worked on or waits. */
interface Ticket {
  readonly client: string;
  /** Bytes of its body, and of its answer once that is large. */
  bytes: number;
  state: "waiting" | "under way" | "over";
  /** Of one that waits: when it is sent away. */
  giveUp: Timestamp | undefined;
  readonly proceed: (error?: Error) => void;
}

/** Smaller answers are gone before they matter. */
const largeAnswer = 64 * 1024;
const retryAfterSeconds = 2;
/** How often the log says again that requests are refused. */
const quietSeconds = 10;

/**
 * Lets in as many requests as the server can take, counted in requests and in bytes, before their bodies are read. What is
 * more waits for a while, in order, and what is more than can wait is told to come again: 503, or 429 where this one client
 * has more waiting than its share. Websockets and files of the UI are not counted.
 */
export function admission(api: FastifyInstance, context: Context): void {
  const gate = createGate(context);
  const exempt = new Set(alwaysAnswered.map(({ path }) => `${api.prefix}${path}`));
  api.decorateRequest("ticket", undefined);
  api.addHook("onRoute", (route) => {
    if (exempt.has(route.url) || (route as { websocket?: boolean }).websocket === true) return;
    const largestBody = route.bodyLimit ?? api.initialConfig.bodyLimit ?? 0;
    route.onRequest = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) =>
      gate.enter(request, reply, { size: sizeOf(request, largestBody), done });
    route.onSend = (request: FastifyRequest, _reply: FastifyReply, payload: unknown, done: () => void) => {
      if (typeof payload === "string" && payload.length >= largeAnswer) gate.weigh(request, payload.length);
      done();
    };
  });
}

/** A body that comes in chunks of unknown number counts as the largest that is read. */
function sizeOf({ raw: { headers } }: FastifyRequest, largestBody: number): number {
  if (headers["content-length"] !== undefined) return Number(headers["content-length"]);
  return headers["transfer-encoding"] === undefined ? 0 : largestBody;
}

function createGate({ config, clock, metrics, log }: Context) {
  const limits: AdmissionLimits = {
    requests: config.mostRequests,
    waiting: config.mostWaiting,
    bytes: config.mostBytes,
  };
  /** In the order in which they came. */
  const queue = new Set<Ticket>();
  const waitingOf = new Map<string, number>();
  const load = {
    requests: 0,
    bytes: 0,
    get waiting() {
      return queue.size;
    },
  };
  let cancelExpiry: (() => void) | undefined;
  let refused = 0;
  let lastSaid: Timestamp | undefined;
  metrics.gauge({ name: "requests_under_way", help: "Requests that are worked on", read: () => load.requests });
  metrics.gauge({ name: "requests_waiting", help: "Requests that wait for others to end", read: () => queue.size });
  metrics.gauge({
    name: "request_bytes_under_way",
    help: "Bytes of requests and large answers that are worked on",
    read: () => load.bytes,
  });

  function begin(ticket: Ticket): void {
    ticket.state = "under way";
    load.requests += 1;
    load.bytes += ticket.bytes;
  }

  function leave(ticket: Ticket): void {
    if (ticket.state === "waiting") dequeue(ticket);
    else if (ticket.state === "under way") {
      load.requests -= 1;
      load.bytes -= ticket.bytes;
    }
    ticket.state = "over";
    if (queue.size > 0) letIn();
  }

  function letIn(): void {
    for (const ticket of queue) {
      if (!fits(load, ticket.bytes, limits)) return;
      dequeue(ticket);
      begin(ticket);
      ticket.proceed();
    }
  }

  function enqueue(ticket: Ticket): void {
    ticket.giveUp = addSeconds(clock.now(), config.waitSeconds);
    queue.add(ticket);
    waitingOf.set(ticket.client, (waitingOf.get(ticket.client) ?? 0) + 1);
    cancelExpiry ??= clock.after(config.waitSeconds, expire);
  }

  function dequeue(ticket: Ticket): void {
    queue.delete(ticket);
    const others = (waitingOf.get(ticket.client) ?? 1) - 1;
    if (others === 0) waitingOf.delete(ticket.client);
    else waitingOf.set(ticket.client, others);
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
      sendAway(ticket, 503, `The server did not come to this request within ${config.waitSeconds} s`);
    }
  }

  function sendAway(ticket: Ticket, status: 429 | 503, reason: string): void {
    dequeue(ticket);
    ticket.state = "over";
    ticket.proceed(refusal(status, reason));
  }

  function refusal(status: 429 | 503, reason: string): Overloaded {
    metrics.add("requests_refused_total", 1, { status });
    refused += 1;
    const now = clock.now();
    if (lastSaid === undefined || now >= addSeconds(lastSaid, quietSeconds)) {
      log.warn({ refused, status, ...load }, "there is more to do than the server takes on: requests are refused");
      lastSaid = now;
      refused = 0;
    }
    return new Overloaded({ status, detail: `${reason}: try again in ${retryAfterSeconds} s`, retryAfterSeconds });
  }

  function displace(): void {
    const [client] = [...waitingOf].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0]);
    const latest = [...queue].findLast((ticket) => ticket.client === client);
    if (latest !== undefined) sendAway(latest, 429, tooManyOfOne);
  }

  return {
    enter(request: FastifyRequest, { raw }: FastifyReply, { size, done }: Entry): void {
      const client = request.ip;
      const arrival = {
        size,
        ownWaiting: waitingOf.get(client) ?? 0,
        get mostOfOne() {
          return Math.max(0, ...waitingOf.values());
        },
      };
      const verdict = judge(load, arrival, limits);
      if (verdict === "server busy") done(refusal(503, "The server has as much to do as it can take"));
      else if (verdict === "too many of this client") done(refusal(429, tooManyOfOne));
      else {
        const ticket: Ticket = { client, bytes: size, state: "waiting", giveUp: undefined, proceed: done };
        request.ticket = ticket;
        // Comes after the last byte of the answer, and where the client goes away before that.
        raw.once("close", () => leave(ticket));
        if (verdict === "displace") displace();
        if (verdict === "go") {
          begin(ticket);
          done();
        } else enqueue(ticket);
      }
    },
    weigh({ ticket }: FastifyRequest, bytes: number): void {
      if (ticket?.state !== "under way") return;
      ticket.bytes += bytes;
      load.bytes += bytes;
    },
  };
}

interface Entry {
  readonly size: number;
  readonly done: (error?: Error) => void;
}

const tooManyOfOne = "This client has more requests waiting than its share while others wait too: send fewer at once";
