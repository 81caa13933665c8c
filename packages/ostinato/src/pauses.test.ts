import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type FlowRun,
  type OrchestrationResult,
  readFlowRunInput,
  resumeFlowRun,
  setFlowRunState,
} from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { home } from "../test/script-harness.ts";
import {
  ended,
  inState,
  listen,
  logged,
  patience,
  resultOf,
  type ServerUnderTest,
  said,
  serve,
  statesOf,
} from "../test/serving-harness.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000 });

/** A file in which the runs of a test note what they have begun. */
const notesFile = () => join(home, "notes");
const notesIn = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
const giveWord = (file: string) => writeFileSync(`${file}.word`, "");

describeOnEachDatabase("a served run that waits for somebody", (database) => {
  let server: ServerUnderTest;
  let databaseUrl: string;
  beforeEach(async () => {
    databaseUrl = (await database.another()).url;
    server = await listen(databaseUrl);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** Resumes the run once it can be answered. */
  async function resume(run: FlowRun, input?: Record<string, unknown>): Promise<OrchestrationResult> {
    const params = { id: run.id };
    const keys = run.state?.state_details.run_input_keyset;
    await vi.waitFor(async () => {
      if (keys != null) await server.client.call(readFlowRunInput, { params: { ...params, key: keys.schema ?? "" } });
    }, patience);
    return await server.client.call(resumeFlowRun, { params, body: input === undefined ? {} : { run_input: input } });
  }

  test("leaves its process when it is suspended, and goes on in another one after its last finished task", async () => {
    const notes = notesFile();
    const serving = await serve(server);
    const asked = await serving.ask({ what: "two suspensions", notes });
    const first = await inState(server.client, asked, "Suspended");
    expect(first.state).toMatchObject({ message: "Send it?", state_details: { pause_reschedule: true } });
    await said(serving, `run "${asked.name}" is Suspended`);

    expect((await resume(first, { approved: "perhaps" })).status).toBe("REJECT");
    expect(await resume(first, { approved: true })).toMatchObject({ state: { type: "SCHEDULED", name: "Resuming" } });
    const second = await vi.waitFor(async () => {
      const run = await inState(server.client, asked, "Suspended");
      expect(run.state_id).not.toBe(first.state_id);
      return run;
    }, patience);
    await resume(second);

    const run = await ended(server.client, asked);
    expect(run, run.state?.message ?? "").toMatchObject({ state_name: "Completed", run_count: 1 });
    expect(await resultOf(server.client, run)).toEqual({
      second: "second of first",
      answer: { approved: true },
      attempt: 1,
    });
    const steps = notesIn(notes).filter((line) => !line.startsWith("started") && !line.startsWith("pid"));
    expect(steps).toEqual(["first", "second of first"]);
    expect(notesIn(notes).filter((line) => line.startsWith("started"))).toHaveLength(3);
    const states = await statesOf(server.client, asked);
    expect(states.filter((name) => !["Pending", "Submitting"].includes(name))).toEqual([
      "Scheduled",
      "Running",
      "Suspended",
      "Resuming",
      "Running",
      "Suspended",
      "Resuming",
      "Running",
      "Completed",
    ]);
  });

  test("leaves its process when somebody else suspends it", async () => {
    const notes = notesFile();
    const serving = await serve(server);
    const asked = await serving.ask({ what: "wait for word", notes });
    await logged(server.client, asked, "doing wait for word");
    const state = { type: "PAUSED", name: "Suspended", state_details: { pause_reschedule: true } } as const;
    const { status } = await server.client.call(setFlowRunState, { params: { id: asked.id }, body: { state } });
    expect(status).toBe("ACCEPT");
    await said(serving, `run "${asked.name}" is Suspended`);
    await resume(await inState(server.client, asked, "Suspended"));
    await inState(server.client, asked, "Running");
    giveWord(notes);
    expect(await resultOf(server.client, await ended(server.client, asked))).toBe("heard");
  });

  test("keeps waiting while its server is restarted", async () => {
    const serving = await serve(server);
    const asked = await serving.ask({ what: "ask" });
    const paused = await inState(server.client, asked, "Paused");
    const port = Number(new URL(server.apiUrl).port);
    await server[Symbol.asyncDispose]();
    server = await listen(databaseUrl, port);
    await resume(paused, { approved: false });
    const run = await ended(server.client, asked);
    expect(run).toMatchObject({ state_name: "Completed", run_count: 1 });
    expect(await resultOf(server.client, run)).toEqual({ approved: false });
  });

  test("has crashed when its process is gone while it is paused", async () => {
    const serving = await serve(server);
    const asked = await serving.ask({ what: "ask" });
    const paused = await inState(server.client, asked, "Paused");
    await logged(server.client, asked, "Resume it: ");
    // The process names itself: machine, pid, start.
    process.kill(Number(paused.state?.state_details.process?.split("/").at(-2)), "SIGKILL");
    expect(await ended(server.client, asked)).toMatchObject({ state_name: "Crashed" });
    expect((await resume(paused, { approved: true })).status).toBe("ABORT");
  });
});
