import type { Client } from "@ostinato/client";
import { didYouMean, formatTimestamp, systemClock } from "@ostinato/core";
import {
  createDeploymentSchedules,
  type DeploymentSchedule,
  deleteDeploymentSchedule,
  updateDeploymentSchedule,
} from "@ostinato/protocol";
import { checkSchedule, type PreviewTime, previewTimes, type Schedule, scheduleInWords } from "@ostinato/schedules";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { localTime } from "../output/moments.ts";
import { note, say, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { findDeployment, type NamedDeployment } from "./find.ts";
import { readDuration, readMoment } from "./given-times.ts";
import { refusalOf } from "./run.ts";
import { nextTime } from "./schedule-text.ts";

interface Json {
  readonly json?: boolean;
}

interface GivenTimes {
  readonly cron?: string;
  readonly interval?: string;
  readonly anchor?: string;
  readonly rrule?: string;
  readonly timezone?: string;
}

export interface NewScheduleOptions extends GivenTimes, Json {
  readonly slug?: string;
  readonly inactive?: boolean;
}

export interface PreviewOptions extends GivenTimes, Json {
  readonly count: number;
}

const clock = systemClock();

export function list(wanted: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const { row, fullName } = await findDeployment(client, wanted);
    if (json) return sayJson(row.schedules);
    sayTable(row.schedules, columns, `Deployment ${fullName} has no schedules.`);
  });
}

const columns: readonly Column<DeploymentSchedule>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "SLUG", value: ({ slug }) => slug },
  { title: "SCHEDULE", value: ({ schedule }) => scheduleInWords(schedule), flexible: true },
  { title: "ACTIVE", value: ({ active }) => (active ? "yes" : "no") },
  {
    title: "NEXT",
    value: (schedule) => localTime(nextTime({ paused: false, schedules: [schedule] }, clock.now())),
  },
];

export function create(wanted: string, options: NewScheduleOptions): Promise<void> {
  const schedule = readSchedule(options);
  checked(schedule);
  return withServer(async ({ client }) => {
    const { row, fullName } = await findDeployment(client, wanted);
    const body = [
      { schedule, active: options.inactive !== true, ...(options.slug === undefined ? {} : { slug: options.slug }) },
    ];
    const made = await client
      .call(createDeploymentSchedules, { params: { id: row.id }, body })
      .catch((error: unknown) => {
        throw refusalOf(error) ?? error;
      });
    if (options.json) return sayJson(made[0]);
    say(`Deployment ${fullName} has a further schedule: ${scheduleInWords(schedule)}.`);
  });
}

export function pause(wanted: string, schedule: string, { json }: Json): Promise<void> {
  return setActive(wanted, schedule, { active: false, json });
}

export function resume(wanted: string, schedule: string, { json }: Json): Promise<void> {
  return setActive(wanted, schedule, { active: true, json });
}

function remove(wanted: string, wantedSchedule: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const { deployment, schedule } = await findSchedule(client, wanted, wantedSchedule);
    await client.call(deleteDeploymentSchedule, { params: { id: deployment.row.id, schedule_id: schedule.id } });
    if (json) sayJson({ deleted: [schedule.id] });
    else say(`Deleted from deployment ${deployment.fullName}: ${scheduleInWords(schedule.schedule)}`);
  });
}

export { remove as delete };

/** The next times of the given schedule, or of those of a deployment. */
export async function preview(wanted: string | undefined, options: PreviewOptions): Promise<void> {
  if (wanted === undefined) return sayTimes([readSchedule(options)], options);
  if (timesIn(options).length > 0) {
    throw usageError("Give a deployment, or a schedule by --cron, --interval or --rrule, and not both.");
  }
  await withServer(async ({ client }) => {
    const { row, fullName } = await findDeployment(client, wanted);
    if (row.schedules.length === 0 && !options.json) return say(`Deployment ${fullName} has no schedules.`);
    sayTimes(
      row.schedules.map(({ schedule }) => schedule),
      options,
    );
  });
}

function sayTimes(schedules: readonly Schedule[], { count, json }: PreviewOptions): void {
  const now = clock.now();
  const all = schedules.map((schedule) => ({
    schedule,
    words: scheduleInWords(schedule),
    ...checked(schedule),
    times: previewTimes(schedule, { from: now, count }),
  }));
  if (json)
    sayJson(
      all.map(({ times, ...preview }) => ({ ...preview, times: times.map(({ time }) => formatTimestamp(time)) })),
    );
  else for (const preview of all) sayPreview(preview);
}

/** What may surprise in the schedule. Throws where it can't be used. */
function checked(schedule: Schedule): { readonly notes: readonly string[] } {
  const { problem, notes } = checkSchedule(schedule, clock.now());
  if (problem !== undefined) throw usageError(problem.message);
  return { notes };
}

interface Preview {
  readonly words: string;
  readonly notes: readonly string[];
  readonly times: readonly PreviewTime[];
}

function sayPreview({ words, notes, times }: Preview): void {
  say(words);
  for (const { local, clockChange } of times) {
    const change = clockChange === undefined ? "" : `  ${clockChange}: the clock changes`;
    say(`  ${local.wallTime.replace("T", " ")} ${local.offset}${change}`);
  }
  for (const line of notes) note(`  ${line}`);
}

interface Activity {
  readonly active: boolean;
  readonly json: boolean | undefined;
}

function setActive(wanted: string, wantedSchedule: string, { active, json }: Activity): Promise<void> {
  return withServer(async ({ client }) => {
    const { deployment, schedule } = await findSchedule(client, wanted, wantedSchedule);
    const params = { id: deployment.row.id, schedule_id: schedule.id };
    await client.call(updateDeploymentSchedule, { params, body: { active } });
    if (json) return sayJson({ ...schedule, active });
    say(
      `Schedule ${scheduleInWords(schedule.schedule)} of deployment ${deployment.fullName} ${active ? "goes on" : "is paused"}.`,
    );
  });
}

interface FoundSchedule {
  readonly deployment: NamedDeployment;
  readonly schedule: DeploymentSchedule;
}

/** Finds a schedule of a deployment by its id or its slug. */
async function findSchedule(client: Client, wanted: string, wantedSchedule: string): Promise<FoundSchedule> {
  const deployment = await findDeployment(client, wanted);
  const { schedules } = deployment.row;
  const schedule = schedules.find(({ id, slug }) => id === wantedSchedule || slug === wantedSchedule);
  if (schedule !== undefined) return { deployment, schedule };
  const names = schedules.map(({ id, slug }) => slug ?? id);
  const has = names.length === 0 ? " It has none." : ` There are: ${names.join(", ")}.`;
  throw new CliError(
    `Deployment ${deployment.fullName} has no schedule ${JSON.stringify(wantedSchedule)}.${didYouMean(wantedSchedule, names) || has}`,
  );
}

function readSchedule(options: GivenTimes): Schedule {
  const [kind, another] = timesIn(options);
  if (kind === undefined || another !== undefined) {
    throw usageError("Give one of --cron, --interval and --rrule.");
  }
  const timezone = options.timezone ?? "UTC";
  if (options.cron !== undefined) return { cron: options.cron, timezone };
  if (options.rrule !== undefined) return { rrule: options.rrule, timezone };
  const anchor = options.anchor === undefined ? new Date() : readMoment("--anchor", options.anchor);
  return {
    interval: readDuration("--interval", options.interval ?? ""),
    anchor_date: anchor.toISOString(),
    timezone,
  };
}

function timesIn(options: GivenTimes): readonly string[] {
  return (["cron", "interval", "rrule"] as const).filter((kind) => options[kind] !== undefined);
}
