import { formatTimestamp, type Timestamp, toTimestamp } from "@ostinato/core";
import type { BodyOf, previewSchedule, Schedule, SchedulePreview, SchedulePreviewTime } from "@ostinato/protocol";
import { checkSchedule, type PreviewTime, previewTimes, ScheduleError, scheduleInWords } from "@ostinato/schedules";
import { completeSchedule, ScheduleProblem } from "../../deployments/deployment-schedules.service.ts";
import type { Context } from "../../kernel/context.ts";
import { invalid, type RequestError } from "../../kernel/errors.ts";

const usualCount = 10;

/** What a schedule says before it is kept. One that can't be used is an answer too: its problem. */
export function preview({ clock }: Context, body: BodyOf<typeof previewSchedule>): SchedulePreview {
  const now = clock.now();
  try {
    return previewOf(completeSchedule(body.schedule, now), body, now);
  } catch (error) {
    if (error instanceof ScheduleProblem) return refused("", { field: error.field, message: error.message });
    throw error;
  }
}

type Asked = Omit<BodyOf<typeof previewSchedule>, "schedule">;

function previewOf(schedule: Schedule, { from, count, reader_zone }: Asked, now: Timestamp): SchedulePreview {
  const { problem, notes } = checkSchedule(schedule, now);
  const words = scheduleInWords(schedule);
  if (problem !== undefined) return refused(words, problem);
  try {
    const times = previewTimes(schedule, {
      from: from === undefined || from === null ? now : toTimestamp(from),
      count: count ?? usualCount,
      readerZone: reader_zone ?? undefined,
    });
    return { words, problem: null, notes: [...notes], times: times.map(presentTime) };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    // The zone of the schedule has been looked at before.
    if (error.problem.field === "timezone") throw unknownZone(reader_zone);
    return refused(words, error.problem);
  }
}

function unknownZone(given: unknown): RequestError {
  const msg = `${JSON.stringify(given)} is not a time zone of the IANA database, such as "Europe/Berlin".`;
  return invalid([{ type: "value_error", loc: ["body", "reader_zone"], msg }]);
}

function refused(words: string, { field, message }: { readonly field: string; readonly message: string }) {
  return { words, problem: { field, message }, notes: [], times: [] };
}

function presentTime({ time, local, reader, clockChange }: PreviewTime): SchedulePreviewTime {
  return {
    time: formatTimestamp(time),
    local: presentClock(local),
    reader: presentClock(reader),
    clock_change: clockChange ?? null,
  };
}

function presentClock({ wallTime, offset }: PreviewTime["local"]): SchedulePreviewTime["local"] {
  return { wall_time: wallTime, offset };
}
