import { expect, test } from "vitest";
import { workerCommand } from "./worker-command.ts";

test.each([
  { pool: { name: "cpu", type: "process" }, command: "ostinato worker start --pool cpu" },
  {
    pool: { name: "night shift", type: "docker", queue: "it's" },
    command: "ostinato worker start --pool 'night shift' --queue 'it'\\''s'",
  },
  { pool: { name: "k", type: "kubernetes" }, command: "prefect worker start --pool k" },
  {
    pool: { name: "k", type: "my-own", queue: "gpu" },
    command: "prefect worker start --pool k --work-queue gpu",
  },
])("a pool of the type $pool.type is served by: $command", ({ pool, command }) => {
  expect(workerCommand(pool)).toBe(command);
});
