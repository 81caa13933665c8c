import { actionsLoop, createActionWorker } from "../automation-actions/working.service.ts";
import type { BridgedBus } from "../bus-bridge.ts";
import { reconcile as reconcileCleanUps } from "../clean-ups/clean-ups.service.ts";
import { leaseEnder } from "../concurrency-limits/lease-ends.service.ts";
import { removePassed } from "../consumers/clean-up.service.ts";
import { consumerWork } from "../consumers/handling.service.ts";
import { readinessWatch } from "../deployments/readiness.service.ts";
import { schedulePass } from "../deployments/scheduling.service.ts";
import { addUp as addUpEvents } from "../events/event-counts.service.ts";
import { unansweredCancellationsEnder } from "../heartbeats/cancellations.service.ts";
import { lostRunsEnder } from "../heartbeats/lost-runs.service.ts";
import type { Consumer } from "../kernel/consumer.ts";
import type { Context } from "../kernel/context.ts";
import { beatSeconds } from "../kernel/peers.ts";
import { cancelMissedRuns } from "../overdue/missed.service.ts";
import { cancelExpiredRuns, cancelLeftSubflows, failExpiredPauses, markLateRuns } from "../overdue/overdue.service.ts";
import { silentClaimsReturner } from "../overdue/silent-claims.service.ts";
import type { Retention } from "../retention/retention.service.ts";
import { endLostDeliveries } from "../task-deliveries/lost-deliveries.service.ts";
import { tellUnserved } from "../task-deliveries/unserved.service.ts";
import { foreman } from "../workers/foreman.service.ts";
import type { Leases } from "./leases.ts";
import { createLoop, type Loop, type LoopOptions } from "./loop.ts";

const lostRunsEverySeconds = 5;
const cancellationsEverySeconds = 20;
const leasesEverySeconds = 2;
/** Our workers give a sign every eight seconds: their claims go back within thirty. */
const silentClaimsEverySeconds = 5;
const cleanUpsEverySeconds = 5;
const taskDeliveriesEverySeconds = 2;
/** A change of a deployment makes its next runs itself. */
const schedulerEverySeconds = 10;
const readinessEverySeconds = 15;
const foremanEverySeconds = 15;
/** Counts are right at any time: this bounds the rows that a reader adds up. */
const eventCountsEverySeconds = 10;
/** A firing wakes it. Actions that a server left behind which has died are found by polling. */
const actionsEverySeconds = 5;
/** This server's commits wake a consumer. Changes that others left are found by polling. */
const consumersEverySeconds = 5;
/** Under load a tick takes what many commits have brought: one for each commit cost as much as the commits (measured). */
const consumersRestSeconds = 0.05;

export interface LoopsOptions {
  readonly retention: Retention;
  readonly consumers: readonly Consumer[];
  readonly leases: Leases;
  readonly bridge: BridgedBus | undefined;
}

/** Everything that a listening server does by itself. All servers of one database run the loops that are not exclusive. */
export function createLoops(context: Context, { retention, consumers, leases, bridge }: LoopsOptions): readonly Loop[] {
  const endLeases = leaseEnder(context, leasesEverySeconds);
  const loop = (options: LoopOptions) => createLoop(context, options, leases);
  return [
    loop({
      name: "lost-runs",
      everySeconds: lostRunsEverySeconds,
      work: lostRunsEnder(context, lostRunsEverySeconds),
    }),
    loop({
      name: "unanswered-cancellations",
      everySeconds: cancellationsEverySeconds,
      work: unansweredCancellationsEnder(context, cancellationsEverySeconds),
    }),
    loop({ name: "late-runs", everySeconds: 5, exclusive: true, work: markLateRuns }),
    loop({ name: "expired-pauses", everySeconds: 5, exclusive: true, work: failExpiredPauses }),
    loop({ name: "expired-runs", everySeconds: 15, exclusive: true, work: cancelExpiredRuns }),
    // At once, since whoever served deployments before the server stopped comes back within seconds.
    loop({ name: "missed-runs", everySeconds: 15, firstAfterSeconds: 0, exclusive: true, work: cancelMissedRuns }),
    loop({ name: "left-subflows", everySeconds: 20, exclusive: true, work: cancelLeftSubflows }),
    loop({
      name: "silent-claims",
      everySeconds: silentClaimsEverySeconds,
      work: silentClaimsReturner(context, silentClaimsEverySeconds),
    }),
    loop({ name: "clean-ups", everySeconds: cleanUpsEverySeconds, exclusive: true, work: reconcileCleanUps }),
    loop({
      name: "task-deliveries",
      everySeconds: taskDeliveriesEverySeconds,
      exclusive: true,
      work: endLostDeliveries,
    }),
    loop({
      name: "unserved-tasks",
      everySeconds: 15,
      // Workers get the time to connect again.
      firstAfterSeconds: 60,
      exclusive: true,
      work: tellUnserved,
    }),
    loop({
      name: "leases",
      everySeconds: leasesEverySeconds,
      firstAfterSeconds: 0,
      exclusive: true,
      work: (_context, tick) => endLeases(tick),
    }),
    loop({
      name: "scheduler",
      everySeconds: schedulerEverySeconds,
      firstAfterSeconds: 0,
      exclusive: true,
      work: schedulePass,
    }),
    loop({
      name: "deployment-readiness",
      everySeconds: readinessEverySeconds,
      // Who serves deployments gets the time to ask again.
      firstAfterSeconds: 60,
      exclusive: true,
      work: readinessWatch(context),
    }),
    loop({
      name: "foreman",
      everySeconds: foremanEverySeconds,
      // Workers get the time to give a sign again.
      firstAfterSeconds: 60,
      exclusive: true,
      work: foreman(context),
    }),
    loop({
      name: "retention",
      everySeconds: 600,
      firstAfterSeconds: 60,
      exclusive: true,
      work: () => retention.pass(),
    }),
    loop({
      name: "outbox-clean-up",
      everySeconds: 60,
      exclusive: true,
      work: (_context, { signal }) => removePassed(context, signal),
    }),
    loop({
      name: "event-counts",
      everySeconds: eventCountsEverySeconds,
      firstAfterSeconds: 0,
      exclusive: true,
      work: (_context, { signal }) => addUpEvents(context, signal),
    }),
    ...(bridge === undefined
      ? []
      : [
          loop({
            name: "other-servers",
            everySeconds: beatSeconds,
            firstAfterSeconds: 0,
            work: () => bridge.lookAfterPeers(),
          }),
        ]),
    actionLoop(context, leases),
    ...consumers.map((consumer) => consumerLoop(context, consumer, leases)),
  ];
}

function actionLoop(context: Context, leases: Leases): Loop {
  const worker = createActionWorker(context);
  const loop = createLoop(
    context,
    {
      name: actionsLoop,
      everySeconds: actionsEverySeconds,
      firstAfterSeconds: 0,
      exclusive: true,
      work: (_context, tick) => worker.work(tick),
    },
    leases,
  );
  context.outbox.onWake(loop, () => {
    worker.lookAgain();
    return loop.wake();
  });
  return loop;
}

function consumerLoop(context: Context, consumer: Consumer, leases: Leases): Loop {
  const work = consumerWork(context, consumer);
  const loop = createLoop(
    context,
    {
      name: `consumer ${consumer.name}`,
      everySeconds: consumersEverySeconds,
      firstAfterSeconds: 0,
      restSeconds: consumersRestSeconds,
      work: (_context, tick) => work(tick),
    },
    leases,
  );
  context.outbox.onWake(consumer, () => loop.wake());
  return loop;
}
