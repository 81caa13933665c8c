import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { type WakingMessage, WakingRequest } from "@ostinato/protocol";
import { noteServed } from "../deployments/readiness.service.ts";
import type { Change } from "../kernel/bus.ts";
import type { Context } from "../kernel/context.ts";
import { inWords } from "../kernel/errors.ts";
import { type Feed, feedTo } from "../kernel/feed.ts";
import { closeCodes, readMessage, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { readAs } from "../kernel/validation.ts";
import { createDueTimes } from "./due-times.rules.ts";
import * as queries from "./waking.queries.ts";

/** What becomes due together is told together. */
const gatherSeconds = 0.01;
/** How often everything is looked for again: a hint may be lost between servers, and clocks may be set. */
const lookEverySeconds = 20;

interface Subscriber {
  readonly feed: Feed;
  deploymentIds: ReadonlySet<string>;
}

/**
 * Wakes those who serve deployments: when a run of one becomes due or when its time comes, and when one is to stop. Listens to
 * the bus only while somebody has subscribed.
 */
export function createWaking(context: Context): (connection: SocketConnection) => SocketHandlers {
  const { bus, clock, log } = context;
  const byDeployment = new Map<string, Set<Subscriber>>();
  const due = createDueTimes();
  /** Deployments that somebody has begun to serve. */
  const begun = new Set<string>();
  let unsubscribe: (() => void) | undefined;
  let timer: { readonly at: number; readonly cancel: () => void } | undefined;
  let lookAt = 0;

  function onChange(change: Change): void {
    if (change.kind === "stopping") tellStopping(change.deploymentId, change.flowRunId);
    else if (change.kind === "due") noteDue(change.deploymentId, change.at);
  }

  function noteDue(deploymentId: string, at: Timestamp): void {
    if (!byDeployment.has(deploymentId)) return;
    due.note(deploymentId, at);
    setTimer();
  }

  /** One timer, for whatever comes first. */
  function setTimer(): void {
    const { next } = due;
    const seconds = next === undefined ? lookEverySeconds : Math.max(0, (next - clock.now()) / microsPerSecond);
    const at = Math.min(clock.elapsed() + seconds + gatherSeconds, lookAt);
    if (timer !== undefined && timer.at <= at) return;
    timer?.cancel();
    timer = { at, cancel: clock.after(at - clock.elapsed(), () => void wake()) };
  }

  async function wake(): Promise<void> {
    timer = undefined;
    const looks = clock.elapsed() >= lookAt;
    if (looks) lookAt = clock.elapsed() + lookEverySeconds;
    const now = clock.now();
    const ids = due.take(now);
    tellDue(ids);
    setTimer();
    try {
      await findNext(ids, now);
      await look(looks ? [...byDeployment.keys()] : [...begun]);
    } catch (error) {
      log.warn({ err: error }, "due runs of served deployments can't be read, it is tried again");
    }
  }

  /** Reads everything of these deployments anew, and notes that they are served. */
  async function look(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const id of ids) begun.delete(id);
    await noteServed(context, ids);
    await findNext(ids, null);
    for (const { id, deployment_id } of await queries.stoppingRuns(context.db.slow, ids))
      tellStopping(deployment_id, id);
  }

  async function findNext(ids: readonly string[], after: Timestamp | null): Promise<void> {
    if (ids.length === 0) return;
    const { db } = context;
    const times = await queries.nextDueTimes(ids.length <= quickLooks ? db.read : db.slow, ids, after);
    for (const { deployment_id, at } of times) noteDue(deployment_id, at);
  }

  function tellDue(ids: readonly string[]): void {
    const bySubscriber = new Map<Subscriber, string[]>();
    for (const id of ids) {
      for (const subscriber of byDeployment.get(id) ?? []) {
        const own = bySubscriber.get(subscriber) ?? [];
        bySubscriber.set(subscriber, own);
        own.push(id);
      }
    }
    for (const [subscriber, deployment_ids] of bySubscriber) tell(subscriber, { type: "due", deployment_ids });
  }

  function tellStopping(deployment_id: string, flow_run_id: string): void {
    for (const subscriber of byDeployment.get(deployment_id) ?? []) {
      tell(subscriber, { type: "cancelling", flow_run_id, deployment_id });
    }
  }

  function subscribe(subscriber: Subscriber, ids: readonly string[]): void {
    leave(subscriber);
    subscriber.deploymentIds = new Set(ids.map((id) => id.toLowerCase()));
    for (const id of subscriber.deploymentIds) {
      const others = byDeployment.get(id) ?? new Set();
      byDeployment.set(id, others.add(subscriber));
      begun.add(id);
    }
    unsubscribe ??= bus.subscribe(onChange);
    tell(subscriber, { type: "subscribed", deployment_ids: [...subscriber.deploymentIds] });
    lookSoon();
  }

  function lookSoon(): void {
    timer?.cancel();
    const at = clock.elapsed() + gatherSeconds;
    timer = { at, cancel: clock.after(gatherSeconds, () => void wake()) };
  }

  function leave(subscriber: Subscriber): void {
    for (const id of subscriber.deploymentIds) {
      const others = byDeployment.get(id);
      others?.delete(subscriber);
      if (others?.size !== 0) continue;
      byDeployment.delete(id);
      begun.delete(id);
      due.forget(id);
    }
    subscriber.deploymentIds = new Set();
  }

  function rest(): void {
    if (byDeployment.size > 0) return;
    unsubscribe?.();
    unsubscribe = undefined;
    timer?.cancel();
    timer = undefined;
  }

  return (connection) => {
    const subscriber: Subscriber = { feed: feedTo(connection, context), deploymentIds: new Set() };
    return {
      message(text) {
        const { problems, value } = readAs(WakingRequest, readMessage(text) ?? {});
        if (problems.length > 0) return connection.close(closeCodes.protocolError, inWords(problems));
        subscribe(subscriber, value.deployment_ids);
        rest();
      },
      closed() {
        leave(subscriber);
        rest();
      },
    };
  };
}

/** Deployments whose next times are read on this thread: each takes an index some microseconds. */
const quickLooks = 200;

function tell({ feed }: Subscriber, message: WakingMessage): void {
  feed.send(JSON.stringify(message));
}
