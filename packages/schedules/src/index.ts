export { type NextTimesOptions, nextTimes } from "./next-times.ts";
export { ScheduleError, type ScheduleProblem } from "./problem.ts";
export type { CronSchedule, IntervalSchedule, RRuleSchedule, Schedule } from "./schedule.ts";
