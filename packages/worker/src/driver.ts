export { type Clock, sleep, systemClock, type Timestamp } from "@ostinato/core";
export { LineSplitter } from "@ostinato/core/line-splitter";
export { configuredCommand, languageOf } from "./drivers/command.ts";
export type {
  Driver,
  DriverDefinition,
  DriverOptions,
  JobNotice,
  JobPhase,
  JobReport,
  OutputLine,
  RunningJob,
} from "./drivers/driver.ts";
export { defineDriver } from "./drivers/driver.ts";
export { DriverError } from "./drivers/driver-error.ts";
export type { Job, JobIdentity } from "./drivers/job.ts";
export { environmentOf, identityIn, labelNames, labelsOf } from "./drivers/job.ts";
export type { EndReason, JobEnd } from "./drivers/job-end.ts";
export { LastLines } from "./drivers/last-lines.ts";
export { ReportQueue } from "./drivers/report-queue.ts";
