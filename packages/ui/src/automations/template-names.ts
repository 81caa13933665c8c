export const templateNames = [
  "run-fails",
  "run-takes-long",
  "run-is-late",
  "run-waits-long",
  "no-success",
  "few-successes",
  "pool-not-ready",
  "own-event",
  "no-event",
] as const;
export type TemplateName = (typeof templateNames)[number];
