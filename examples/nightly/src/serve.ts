import { nycTaxi } from "@ostinato-examples/nyc-taxi/flow";

await nycTaxi.serve({
  name: "nightly",
  description: "Trains on one month of rides and measures on the next, every night when New York sleeps.",
  cron: "0 2 * * *",
  timezone: "America/New_York",
  concurrency: 1,
  missed: "latest",
  parameters: {
    train: "rides/green_tripdata_2021-1.parquet", // wrong on purpose: the month is 01
    val: "rides/green_tripdata_2021-02.parquet",
    models: ["linear"],
  },
});
