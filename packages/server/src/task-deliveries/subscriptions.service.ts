import { sleep, timeOrderedId } from "@ostinato/core";
import { lookAtProcess } from "@ostinato/core/process";
import {
  type StoredResult,
  type TaskDeliveryMessage,
  type TaskRun,
  TaskSubscription,
  TaskWorkerMessage,
} from "@ostinato/protocol";
import { storable, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { inWords } from "../kernel/errors.ts";
import { type Feed, feedTo } from "../kernel/feed.ts";
import { createInbox } from "../kernel/inbox.ts";
import { keptKey } from "../kernel/indexed-text.ts";
import { closeCodes, readMessage, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { unit } from "../kernel/unit.ts";
import { readAs } from "../kernel/validation.ts";
import { createWaker, type Waker } from "../waking/waker.service.ts";
import { Line, type Member } from "./line.service.ts";
import { patienceSeconds } from "./lost-deliveries.service.ts";
import { nextDueTimes } from "./queue.queries.ts";
import { acknowledge, giveBack, noteBackgroundTasks, takeAlong } from "./queue.service.ts";
import * as queries from "./task-workers.queries.ts";

/** Where Prefect's server closes a connection that does not follow the protocol. */
const violationCode = 4001;
const normalCode = 1000;
/** A worker has what it got for so long after the last sign that its server lives. */
const holdSeconds = 30;
const renewEverySeconds = 5;
/** A worker whose connection has gone has so long to come back, before what it has not begun is given to others. */
const returnSeconds = 5;
/** When it is looked whether the process of a worker that has gone is there. Its connection ends a moment before it does. */
const looksAfterSeconds = [0.1, 1, 3];

export interface TaskSubscriptions {
  accept(connection: SocketConnection): SocketHandlers;
  /** Resolves when it is noted of all workers that have gone that they have. */
  settled(): Promise<void>;
}

/** Hands deferred task runs to the workers that are connected to this server. */
export function createTaskSubscriptions(context: Context): TaskSubscriptions {
  const hub = new Hub(context);
  return {
    accept(connection) {
      const worker = new Connection(context, connection, hub);
      const inbox = createInbox(connection, (text) => worker.take(text));
      const closed = () => hub.waitFor(worker.leave());
      return { message: inbox.take, settled: inbox.settled, closed };
    },
    settled: () => hub.stop(),
  };
}

/** The connected workers of this server. */
class Hub {
  readonly #context: Context;
  readonly #waker: Waker;
  readonly #lines = new Map<string, Line>();
  readonly #workers = new Map<string, queries.LiveWorker>();
  #cancelRenewing: (() => void) | undefined;
  readonly #awaited = new Set<Promise<void>>();
  isStopped = false;

  constructor(context: Context) {
    this.#context = context;
    this.#waker = createWaker(context, { of: "task", nextDueTimes, stoppingRuns: async () => [] });
  }

  /** Has the server wait for something that never rejects before it stops. */
  waitFor(work: Promise<void>): void {
    const awaited = work.finally(() => this.#awaited.delete(awaited));
    this.#awaited.add(awaited);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.#awaited);
  }

  join(member: Member, worker: queries.LiveWorker, keys: readonly string[]): Line {
    const name = `${worker.takes_many} ${worker.task_keys}`;
    const line = this.#lines.get(name) ?? new Line(this.#context, keys, worker.takes_many === 1);
    if (!this.#lines.has(name)) {
      this.#lines.set(name, line);
      this.#waker.subscribe(line, keys);
    }
    line.members.add(member);
    this.#workers.set(worker.id, worker);
    this.#cancelRenewing ??= this.#context.clock.after(renewEverySeconds, () => void this.#renew());
    return line;
  }

  leave(member: Member, line: Line): void {
    line.members.delete(member);
    this.#workers.delete(member.id);
    if (line.members.size === 0) {
      this.#waker.leave(line);
      for (const [name, other] of this.#lines) if (other === line) this.#lines.delete(name);
    }
    if (this.#workers.size > 0) return;
    this.#cancelRenewing?.();
    this.#cancelRenewing = undefined;
  }

  async #renew(): Promise<void> {
    const { clock, log } = this.#context;
    this.#cancelRenewing = clock.after(renewEverySeconds, () => void this.#renew());
    const workers = [...this.#workers.values()];
    const renewal = { seconds: holdSeconds, now: clock.now() };
    try {
      await unit(this.#context, async ({ tx }) => {
        const kept = await queries.keepWorkers(
          tx,
          workers.map(({ id }) => id),
          renewal,
        );
        if (kept < workers.length) for (const worker of workers) await queries.keepWorker(tx, worker, renewal);
      });
    } catch (error) {
      log.warn({ err: error }, "the rights of task workers could not be renewed, it is tried again");
    }
  }
}

/** The connection of one worker. */
class Connection implements Member {
  readonly id: string;
  slots = 0;
  readonly #context: Context;
  readonly #connection: SocketConnection;
  readonly #hub: Hub;
  readonly #feed: Feed;
  #line: Line | undefined;
  #keys: readonly string[] = [];
  #takesMany = false;
  /** Names the worker's process, if it is of this machine. */
  #process: string | undefined;
  /** The run that a worker without slots has not confirmed. */
  #unconfirmed: string | undefined;
  #isConnected = true;

  constructor(context: Context, connection: SocketConnection, hub: Hub) {
    this.#context = context;
    this.#connection = connection;
    this.#hub = hub;
    this.#feed = feedTo(connection, context);
    this.id = timeOrderedId(context.clock.now());
  }

  /** Takes one message. Never rejects. */
  async take(text: string): Promise<void> {
    if (!this.#isConnected) return;
    const message = readMessage(text) ?? {};
    try {
      if (this.#line === undefined) await this.#subscribe(message);
      else if (this.#takesMany) await this.#hear(this.#line, message);
      else await this.#confirm(this.#line, message);
    } catch (error) {
      this.#context.log.error({ err: error }, "a message of a task worker could not be taken");
      this.#connection.close(closeCodes.internalError, "Internal Server Error");
    }
  }

  async #subscribe(message: Readonly<Record<string, unknown>>): Promise<void> {
    if (message.type !== "subscribe") return this.#violation("expected 'subscribe' message");
    for (const name of ["keys", "client_id"])
      if (isEmpty(message[name])) return this.#violation(`expected '${name}' in subscribe message`);
    const { problems, value } = readAs(TaskSubscription, message);
    if (problems.length > 0) return this.#violation(inWords(problems));
    const keys = [...new Set(value.keys.map((key) => storable(keptKey(key))))].sort();
    const slots = value.slots ?? undefined;
    const worker: queries.LiveWorker = {
      id: this.id,
      identifier: storable(value.client_id),
      task_keys: writeJson(keys),
      takes_many: slots === undefined ? 0 : 1,
      slots: slots === undefined ? null : slots + (value.held?.length ?? 0),
    };
    const lost = await unit(this.#context, async (unit) => {
      await queries.keepWorker(unit.tx, worker, { seconds: holdSeconds, now: this.#context.clock.now() });
      noteBackgroundTasks(unit, keys);
      return takeAlong(unit, worker, value.held ?? undefined);
    });
    this.#keys = keys;
    if (!this.#isConnected) return this.#letGo(returnSeconds);
    this.#takesMany = slots !== undefined;
    this.#process = value.process ?? undefined;
    this.slots = slots ?? 1;
    if (this.#takesMany) this.#say({ type: "subscribed", lost });
    this.#line = this.#hub.join(this, worker, keys);
    this.#line.due(keys);
  }

  async #hear(line: Line, message: object): Promise<void> {
    const { problems, value } = readAs(TaskWorkerMessage, message);
    if (problems.length > 0) return this.#violation(inWords(problems));
    switch (value.type) {
      case "free":
        this.slots += value.slots;
        line.look();
        return;
      case "return":
        return giveBack(
          this.#context,
          this.id,
          value.task_run_ids.map((id) => id.toLowerCase()),
        );
      case "drain":
        this.slots = Number.NEGATIVE_INFINITY;
        return;
      default:
        value satisfies never;
    }
  }

  async #confirm(line: Line, { type }: Readonly<Record<string, unknown>>): Promise<void> {
    if (type === "quit") return this.#connection.close(normalCode, "");
    const task_run_id = this.#unconfirmed;
    if (type !== "ack" || task_run_id === undefined) return this.#violation("expected 'ack' message");
    await acknowledge(this.#context, { task_run_id, worker_id: this.id });
    this.#unconfirmed = undefined;
    this.slots = 1;
    line.look();
  }

  give(task_runs: readonly TaskRun[], parameters: readonly StoredResult[]): void {
    if (this.#takesMany) this.#say({ type: "task-runs", task_runs, parameters });
    else for (const run of task_runs) this.#giveOne(run);
  }

  sendAway(): void {
    this.#connection.close(closeCodes.internalError, "Internal Server Error");
  }

  #giveOne(run: TaskRun): void {
    this.#unconfirmed = run.id;
    this.#feed.send(JSON.stringify(run));
  }

  /** Never rejects. */
  async leave(): Promise<void> {
    this.#isConnected = false;
    if (this.#line === undefined) return;
    this.#hub.leave(this, this.#line);
    await this.#letGo(returnSeconds);
    if (this.#process !== undefined) void this.#lookForEnd(this.#process);
  }

  /** A worker whose process is gone does not come back: what it had is free at once. */
  async #lookForEnd(process: string): Promise<void> {
    for (const seconds of looksAfterSeconds) {
      await sleep(this.#context.clock, seconds);
      const isGone = (await lookAtProcess(process)) === "gone";
      if (this.#hub.isStopped) return;
      if (isGone) return this.#hub.waitFor(this.#letGo(-patienceSeconds));
    }
  }

  /** If this fails, what the worker has is free when its time has passed. */
  async #letGo(seconds: number): Promise<void> {
    try {
      await unit(this.#context, async (unit) => {
        await queries.letGo(unit.tx, this.id, seconds);
        noteBackgroundTasks(unit, this.#keys);
      });
    } catch (error) {
      this.#context.log.warn({ err: error }, "it could not be noted that a task worker has gone");
    }
  }

  #violation(what: string): void {
    this.#connection.close(violationCode, `Protocol violation: ${what}`);
  }

  #say(message: TaskDeliveryMessage): void {
    this.#feed.send(JSON.stringify(message));
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
