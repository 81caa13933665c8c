import { formatTimestamp, secondsBetween, type Timestamp } from "@ostinato/core";
import type { ConsumerStatus, DeadLetter } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { unit } from "../kernel/unit.ts";
import * as failures from "./failed-deliveries.queries.ts";
import * as queries from "./outbox.queries.ts";
import { wantsInWords } from "./wants.rules.ts";

const maxListed = 200;

/** How far each consumer has come. */
export async function status({ db, clock, outbox }: Context): Promise<readonly ConsumerStatus[]> {
  const now = clock.now();
  const [oldest, backlogs, tallies] = await Promise.all([
    queries.oldestWaiting(db),
    queries.backlogs(db),
    failures.tallies(db),
  ]);
  return outbox.subscribers.map(({ name, wants }) => ({
    name,
    wants: [...wantsInWords(wants)],
    backlog: backlogs.get(name) ?? 0,
    lag_seconds: lagSeconds(oldest.get(name), now),
    retrying: tallies.get(name)?.retrying ?? 0,
    dead_letters: tallies.get(name)?.dead ?? 0,
  }));
}

/** A clock that was moved back makes nothing wait for less than no time. */
function lagSeconds(oldest: Timestamp | undefined, now: Timestamp): number {
  return oldest === undefined ? 0 : Math.max(0, secondsBetween(oldest, now));
}

export async function deadLetters({ db }: Context): Promise<readonly DeadLetter[]> {
  return (await failures.deadLetters(db, maxListed)).map(present);
}

function present(row: failures.FailedDelivery): DeadLetter {
  const { id, consumer, ref, attempts, reason, first_failed, last_failed } = row;
  return {
    id,
    consumer,
    change: changeInWords(row),
    ref,
    attempts,
    reason,
    first_failed: formatTimestamp(first_failed),
    last_failed: formatTimestamp(last_failed),
  };
}

function changeInWords({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return kind === "changed" || kind === "deleted" ? `${name} ${kind}` : name;
}

/** Has dead letters handled again, all of them where `ids` is null, and gives how many there were. */
export async function retry(context: Context, ids: readonly string[] | null): Promise<number> {
  const { clock, outbox } = context;
  const revived = await unit(context, ({ tx }) => failures.reviveDeadLetters(tx, ids ?? "all", clock.now()));
  outbox.wake(revived);
  return revived.length;
}

/** Forgets dead letters, all of them where `ids` is null, and gives how many there were. */
export async function discard(context: Context, ids: readonly string[] | null): Promise<number> {
  return unit(context, ({ tx }) => failures.deleteDeadLetters(tx, ids ?? "all"));
}

/** Tells the metrics how far consumers have come. */
export function measureConsumers({ db, clock, outbox, metrics }: Context): void {
  const ofEach = (value: (name: string) => number) =>
    new Map(outbox.subscribers.map(({ name }) => [name, value(name)] as const));
  metrics.gauge({
    name: "consumer_lag_seconds",
    help: "For how long the oldest change that a consumer has not come to has waited",
    label: "consumer",
    async read() {
      const oldest = await queries.oldestWaiting(db);
      return ofEach((name) => lagSeconds(oldest.get(name), clock.now()));
    },
  });
  metrics.gauge({
    name: "dead_letters",
    help: "Changes that a consumer has given up on",
    label: "consumer",
    async read() {
      const tallies = await failures.tallies(db);
      return ofEach((name) => tallies.get(name)?.dead ?? 0);
    },
  });
}
