import { unansweredCancellationsEnder } from "../heartbeats/cancellations.service.ts";
import { lostRunsEnder } from "../heartbeats/lost-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import type { Retention } from "../retention/retention.service.ts";
import { createLoop, type Loop } from "./loop.ts";

const lostRunsEverySeconds = 15;
const cancellationsEverySeconds = 20;

/** Everything that a server which listens does by itself. Several servers on one database may all do it. */
export function createLoops(context: Context, retention: Retention): readonly Loop[] {
  return [
    createLoop(context, {
      name: "lost-runs",
      everySeconds: lostRunsEverySeconds,
      work: lostRunsEnder(context, lostRunsEverySeconds),
    }),
    createLoop(context, {
      name: "unanswered-cancellations",
      everySeconds: cancellationsEverySeconds,
      work: unansweredCancellationsEnder(context, cancellationsEverySeconds),
    }),
    createLoop(context, { name: "retention", everySeconds: 600, firstAfterSeconds: 60, work: () => retention.pass() }),
  ];
}
