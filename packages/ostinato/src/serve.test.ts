import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filterFlowRuns, filterTaskRuns, readFlowRun, setFlowRunState } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { home } from "../test/script-harness.ts";
import { ended, inState, listen, said, type Serving, type ServerUnderTest, serve, statesOf } from "../test/serving-harness.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000 });

describeOnEachDatabase("a program that serves a flow", (database) => {
  let server: ServerUnderTest;
  beforeEach(async () => {
    server = await listen((await database.another()).url);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  test("executes a run that somebody asks for in a process of its own, with all digits of its parameters", async () => {
    const serving = await serve(server);
    const asked = await serving.ask({ value: { big: 12345678901234567890n } });
    const run = await ended(server.client, asked);
    expect(run).toMatchObject({ state_name: "Completed", run_count: 1 });
    expect(await statesOf(server.client, asked)).toEqual(["Scheduled", "Pending", "Submitting", "Running", "Completed"]);
    await said(serving, `run "${run.name}" ended as Completed`);
    expect(serving.script.errors()).toContain(`${run.name} | `);
    serving.script.child.kill("SIGTERM");
    expect(await serving.script.ended()).toEqual({ code: 0, signal: null });
  });
});
