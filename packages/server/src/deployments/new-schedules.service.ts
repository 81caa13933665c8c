import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { DeploymentScheduleCreate, DeploymentScheduleUpdate, Schedule, ScheduleInput } from "@ostinato/protocol";
import { scheduleProblem } from "@ostinato/schedules";
import { storableOrNull, writeJson } from "../db/json-text.ts";
import { parametersText } from "../flow-runs/parameters.service.ts";
import { conflict, invalid } from "../kernel/errors.ts";
import { completeSchedule, ScheduleProblem } from "./schedule-input.rules.ts";
import type { ScheduleRow } from "./schedules.queries.ts";

/** Where the schedule stands in the request. */
type Place = readonly (string | number)[];

/** The schedule as it is kept. Throws a 422 that names the field and what to write instead. */
function checkedSchedule(given: ScheduleInput, now: Timestamp, place: Place): Schedule {
  const refusal = (field: string, message: string) => {
    const input = (given as Readonly<Record<string, unknown>>)[field];
    return invalid([{ type: "value_error", loc: ["body", ...place, field], msg: `Value error, ${message}`, input }]);
  };
  try {
    const schedule = completeSchedule(given, now);
    const problem = scheduleProblem(schedule, now);
    if (problem !== undefined) throw refusal(problem.field, problem.message);
    return schedule;
  } catch (error) {
    if (error instanceof ScheduleProblem) throw refusal(error.field, error.message);
    throw error;
  }
}

/** Refuses a request whose schedules can't be used, before anything else of it is looked at. */
export function checkSchedules(
  given: readonly { readonly schedule?: ScheduleInput | null | undefined }[] | undefined,
  now: Timestamp,
): void {
  for (const [index, { schedule }] of (given ?? []).entries()) {
    if (schedule) checkedSchedule(schedule, now, ["schedules", index, "schedule"]);
  }
}

interface NewSchedules {
  readonly deploymentId: string;
  readonly given: readonly Omit<DeploymentScheduleCreate, "replaces">[];
  readonly now: Timestamp;
  /** Where the list stands in the request. */
  readonly place: Place;
}

/** Rows of new schedules. The later ones are newer by a microsecond each, so that they keep their order. */
export function newSchedules({ deploymentId, given, now, place }: NewSchedules): ScheduleRow[] {
  return given.map((each, index) => {
    const at = (now + index) as Timestamp;
    return {
      id: timeOrderedId(at),
      created: at,
      updated: at,
      deployment_id: deploymentId,
      schedule: writeJson(checkedSchedule(each.schedule, now, [...place, index, "schedule"])),
      active: each.active === false ? 0 : 1,
      max_scheduled_runs: each.max_scheduled_runs ?? null,
      parameters: parametersText(each.parameters ?? {}),
      slug: storableOrNull(each.slug),
      scheduled_until: null,
      due: each.active === false ? null : now,
      problem: null,
    };
  });
}

/** The columns that a change of a schedule gives. As in Prefect, null leaves a field as it is. */
export function scheduleChange(given: DeploymentScheduleUpdate, now: Timestamp, place: Place) {
  const { active, schedule, max_scheduled_runs, parameters, slug } = given;
  return {
    updated: now,
    ...(active === undefined || active === null ? {} : { active: active ? (1 as const) : (0 as const) }),
    ...(schedule ? { schedule: writeJson(checkedSchedule(schedule, now, [...place, "schedule"])) } : {}),
    ...(max_scheduled_runs === undefined || max_scheduled_runs === null ? {} : { max_scheduled_runs }),
    ...(parameters === undefined ? {} : { parameters: parametersText(parameters) }),
    ...(slug === undefined || slug === null ? {} : { slug: storableOrNull(slug) }),
  };
}

/** Slugs tell the schedules of one deployment apart. */
export function refuseEqualSlugs(schedules: readonly { readonly slug: string | null }[]): void {
  const slugs = schedules.flatMap(({ slug }) => slug ?? []);
  const twice = slugs.find((slug, index) => slugs.indexOf(slug) < index);
  if (twice !== undefined)
    throw conflict(`slug: the deployment has a schedule with the slug ${JSON.stringify(twice)}.`);
}
