import { taxiS3 } from "./flow.ts";

/** On the third day of each month, when the records of the month before are there. */
await taxiS3.serve({
  name: "monthly",
  description: "Trains on one month and measures on another. The form chooses the months, the models and the bucket.",
  cron: "0 6 3 * *",
  timezone: "America/New_York",
  concurrency: 1,
});
