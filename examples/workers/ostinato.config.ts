import { defineConfig } from "ostinato/config";

export default defineConfig({
  defaults: { timezone: "Asia/Seoul" },
  deployments: [
    {
      name: "nightly",
      entrypoint: "src/forecast.ts:forecast",
      workPool: "machines",
      workQueue: "nightly",
      cron: "0 2 * * *",
      missed: "latest",
    },
    {
      name: "in-a-container",
      entrypoint: "src/forecast.ts:forecast",
      workPool: "containers",
      image: "ostinato-example-workers:1",
      // The network of compose.yaml, in which the container finds the servers.
      jobVariables: { networks: ["ostinato-example-workers"], mem_limit: "512m" },
    },
  ],
});
