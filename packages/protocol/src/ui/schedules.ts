import type { Static } from "typebox";
import { route } from "../route.ts";
import { ScheduleInput } from "../schedules.ts";
import { Enum, Maybe, Moment, MomentInput, Nullable, Open, Type } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** `wall_time` is what a clock shows (`2026-03-08T03:30:00`), `offset` how far it is from UTC (`-04:00`). */
const ClockTime = Open({ wall_time: Type.String(), offset: Type.String() });

/**
 * - `local` is on a clock of the schedule's zone, `reader` on one of `reader_zone`.
 * - `clock_change` is `moved` where the clock skips the time that was meant, and `repeated` where it shows the time twice and this is the first.
 */
export const SchedulePreviewTime = Open({
  time: Moment,
  local: ClockTime,
  reader: ClockTime,
  clock_change: Nullable(Enum(["moved", "repeated"] as const)),
});
export type SchedulePreviewTime = Static<typeof SchedulePreviewTime>;

export const SchedulePreview = Open({
  /** When it runs: "every weekday at 06:00 (Europe/Berlin)". */
  words: Type.String(),
  /** Why the schedule can't be used, and the field that is to blame. */
  problem: Nullable(Open({ field: Type.String(), message: Type.String() })),
  /** What may surprise the reader of a schedule that can, as whole sentences. */
  notes: Type.Array(Type.String()),
  times: Type.Array(SchedulePreviewTime),
});
export type SchedulePreview = Static<typeof SchedulePreview>;

export const previewSchedule = route({
  method: "POST",
  path: "/ui/schedules/preview",
  access: "read",
  summary: "What a schedule says before it is kept: words, problems, and its next times",
  tag: pagesTag,
  body: Open({
    schedule: ScheduleInput,
    /** The zone in which the reader also sees the times; by default that of the schedule. */
    reader_zone: Maybe(Type.String({ maxLength: 100 })),
    /** The first moment that may be a time of the schedule; by default now. */
    from: Maybe(MomentInput),
    /** 10 by default. */
    count: Maybe(Type.Integer({ minimum: 1, maximum: 100 })),
  }),
  replies: { 200: SchedulePreview },
});
