export { checkSchedule, type ScheduleCheck, scheduleProblem } from "./check.ts";
export { type NextTimesOptions, nextTimes } from "./next-times.ts";
export { type ClockTime, type PreviewOptions, type PreviewTime, previewTimes } from "./preview.ts";
export { ScheduleError, type ScheduleProblem } from "./problem.ts";
export type { CronSchedule, IntervalSchedule, RRuleSchedule, Schedule } from "./schedule.ts";
export { scheduleInWords } from "./words.ts";
