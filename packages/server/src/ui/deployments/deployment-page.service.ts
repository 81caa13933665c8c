import { failureStateTypes, formatTimestamp, microsPerSecond, type Timestamp } from "@ostinato/core";
import type { DeploymentPage, DeploymentSchedule, ScheduleInPage } from "@ostinato/protocol";
import { nextTimes, scheduleInWords } from "@ostinato/schedules";
import { slotHolders } from "../../concurrency-limits/standing.service.ts";
import * as deployments from "../../deployments/deployments.service.ts";
import * as flows from "../../flows/flows.service.ts";
import type { Context } from "../../kernel/context.ts";
import { presentCause } from "../runs/cause.presenter.ts";
import { causesOf } from "../runs/cause.service.ts";
import { recentBars } from "../runs/run-bars.service.ts";
import { figuresOf } from "./deployment-figures.service.ts";
import { nextRunsOf } from "./deployment-list.service.ts";
import * as queries from "./deployment-page.queries.ts";
import { isFull, startProblems } from "./start-problems.rules.ts";

const timesShown = 10;
const maxCounted = 1000;

export async function deploymentPage(context: Context, id: string): Promise<DeploymentPage> {
  const { db, clock } = context;
  const deployment = await deployments.read(context, id);
  const { global_concurrency_limit: limit } = deployment;
  const [flow, next, bars, figures, success, failure, held, holders] = await Promise.all([
    flows.read(context, deployment.flow_id),
    nextRunsOf(context, [id]),
    recentBars(context, { of: "deployment", ids: [id], limit: 50 }),
    figuresOf(context, [id]),
    queries.lastEnded(db, id, ["COMPLETED"]),
    queries.lastEnded(db, id, failureStateTypes),
    queries.heldBack(db, id, maxCounted),
    limit !== null && isFull(deployment) ? slotHolders(context, limit.id) : [],
  ]);
  const now = clock.now();
  return {
    deployment,
    flow,
    schedules: deployment.schedules.map((schedule) => described(schedule, now)),
    next_run: next.get(id) ?? null,
    recent: bars.get(id) ?? [],
    ...(figures.get(id) ?? { counts: {}, p95: null }),
    last_success: success === undefined ? null : presentEnded(success),
    last_failure: failure === undefined ? null : await presentFailed(context, failure),
    problems: startProblems(deployment, { held, holders }),
  };
}

function described(schedule: DeploymentSchedule, now: Timestamp): ScheduleInPage {
  return {
    ...schedule,
    words: scheduleInWords(schedule.schedule),
    next: nextTimes(schedule.schedule, { from: now, count: timesShown }).map(formatTimestamp),
  };
}

/** A failure says its cause, wherever it lies. */
async function presentFailed({ db }: Context, run: queries.EndedRunRow) {
  const cause = presentCause((await causesOf(db, [run.id])).get(run.id));
  return { ...presentEnded(run), message: cause?.message ?? run.message };
}

function presentEnded({ id, name, at, start_time, total_run_time, message }: queries.EndedRunRow) {
  return {
    id,
    name,
    at: formatTimestamp(at ?? (0 as Timestamp)),
    duration: start_time === null ? null : total_run_time / microsPerSecond,
    message,
  };
}
