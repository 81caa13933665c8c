export const templateNames = [
  "run-fails",
  "run-takes-long",
  "run-is-late",
  "run-waits-long",
  "no-success",
  "few-successes",
  "pool-not-ready",
  "asset-not-fresh",
  "asset-made",
  "own-event",
  "no-event",
] as const;
export type TemplateName = (typeof templateNames)[number];
