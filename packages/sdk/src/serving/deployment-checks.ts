import { formatTimestamp, systemClock } from "@ostinato/core";
import { type Schedule, scheduleProblem } from "@ostinato/schedules";
import { UsageError } from "../errors.ts";
import type { DeploymentOptions, ScheduleOptions, ServingOptions } from "../flow/deployment-options.ts";
import {
  aBoolean,
  aDuration,
  aName,
  anObject,
  aString,
  aWholeNumber,
  checkOptions,
  either,
  type Rule,
  type Rules,
  shown,
  strings,
} from "../run/option-checks.ts";
import { schedulesOf } from "./deployment-schedules.ts";
import { checkTriggers } from "./deployment-triggers.ts";
import { aMoment, anAbortSignal } from "./option-rules.ts";

const oneOf =
  (...words: readonly string[]): Rule =>
  (value) =>
    words.includes(value as string) ? undefined : words.map((word) => JSON.stringify(word)).join(" or ");

const aPositiveDuration: Rule = (value) =>
  aDuration(value) ?? (value === 0 || Number.parseFloat(String(value)) === 0 ? "more than 0" : undefined);

const aCount: Rule = (value) =>
  Number.isInteger(value) && (value as number) >= 1 ? undefined : "a whole number, 1 or more";

const deploymentRules: Rules = {
  name: (value) =>
    typeof value === "string" && /^[^/%&><]+$/.test(value) ? undefined : "a name without the characters / % & > <",
  cron: aName,
  interval: aPositiveDuration,
  rrule: aName,
  schedules: (value) => (Array.isArray(value) ? undefined : 'a list of schedules: [{ cron: "0 2 * * *" }]'),
  triggers: (value) => (Array.isArray(value) ? undefined : 'a list of triggers: [{ when: { event: "order.paid" } }]'),
  timezone: aName,
  parameters: anObject,
  tags: strings,
  description: aString,
  version: aName,
  concurrency: either(anObject, aCount, () => "a whole number, 1 or more, or { limit, strategy, gracePeriod }"),
  missed: oneOf("all", "latest", "none"),
  expireAfter: aPositiveDuration,
  onCrash: oneOf("stay", "restart"),
  maxRestarts: aWholeNumber,
};

const concurrencyRules: Rules = {
  limit: aCount,
  strategy: oneOf("enqueue", "cancel-new"),
  gracePeriod: aDuration,
};

const scheduleRules: Rules = {
  cron: aName,
  dayOr: aBoolean,
  interval: aPositiveDuration,
  anchor: aMoment,
  rrule: aName,
  timezone: aName,
  slug: aName,
  active: aBoolean,
  parameters: anObject,
};

const servingRules: Rules = {
  limit: aCount,
  pauseOnShutdown: aBoolean,
  shutdownTimeout: aDuration,
  killAfter: aDuration,
  signal: anAbortSignal,
};

const times = ["cron", "interval", "rrule"] as const;

/** Throws a UsageError that names the first wrong option. `further` are rules of options that only some deployments have. */
export function checkDeploymentOptions(what: string, options: DeploymentOptions, further: Rules = {}): void {
  checkOptions(what, options, { ...deploymentRules, ...further });
  const { concurrency, schedules } = options;
  if (typeof concurrency === "object") {
    checkOptions(`${what}: concurrency`, concurrency, concurrencyRules);
    if (concurrency.limit === undefined) throw new UsageError(`${what}: concurrency needs its limit: { limit: 1 }`);
  }
  const given = [...times, "schedules" as const].filter((name) => options[name] !== undefined);
  if (given.length > 1) {
    throw new UsageError(`${what} has ${given.join(" and ")}; give one of them, or several schedules: [{ … }, { … }]`);
  }
  for (const [index, schedule] of (schedules ?? []).entries()) checkSchedule(`${what}: schedules[${index}]`, schedule);
  checkTriggers(what, options.triggers ?? []);
  checkTimes(what, options);
}

function checkSchedule(what: string, schedule: ScheduleOptions): void {
  checkOptions(what, schedule, scheduleRules);
  const given = times.filter((name) => name in schedule);
  if (given.length === 1) return;
  throw new UsageError(`${what} is ${shown(schedule)}; give it one of cron, interval and rrule`);
}

/** The times of the schedules, by the rules of the server, which would refuse them later. */
function checkTimes(what: string, options: DeploymentOptions): void {
  const clock = systemClock();
  for (const { schedule } of schedulesOf(options)) {
    const anchored = { anchor_date: formatTimestamp(clock.now()), ...schedule } as Schedule;
    const problem = scheduleProblem(anchored, clock.now());
    if (problem !== undefined) throw new UsageError(`${what}: ${problem.message}`);
  }
}

export function checkServingOptions(options: ServingOptions): void {
  checkOptions("serve()", options, servingRules);
}
