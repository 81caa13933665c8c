import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@ostinato/client";
import { filterFlowRuns, type QuestionPage, readQuestionPage, resumeFlowRun } from "@ostinato/protocol";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: RecordingServer;
/** Bounds for a machine that is busy with other things. */
const patient = { timeout: 180_000 };
const python = process.env.PREFECT_PYTHON;
const programs = [
  { language: "TypeScript", command: process.execPath, file: "main.ts", name: "bread-order" },
  ...(python === undefined
    ? []
    : [{ language: "Python", command: python, file: "approval.py", name: "bread-order-python" }]),
];

beforeAll(async () => {
  server = await startRecordingServer();
}, patient.timeout);
afterAll(() => server[Symbol.asyncDispose]());

const client = () => createClient({ baseUrl: process.env.OSTINATO_API_URL ?? "" });

/** The question of the one run of the flow that waits, once its program has sent the form and the description. */
async function question(name: string): Promise<QuestionPage> {
  let found: QuestionPage | undefined;
  const look = async () => {
    const criteria = {
      flows: { name: { any_: [name] } },
      flow_runs: { state: { type: { any_: ["PAUSED" as const] } } },
    };
    const [run] = await client().call(filterFlowRuns, { body: criteria });
    if (run === undefined) return false;
    found = await client().call(readQuestionPage, { params: { id: run.id }, query: {} });
    return found.question !== null && !found.question.is_schema_missing && found.question.description !== null;
  };
  await expect.poll(look, { timeout: patient.timeout / 2, interval: 250 }).toBe(true);
  if (found === undefined) throw new Error("the run asks nothing");
  return found;
}

/** The records of the run, once the server has those of all its tasks. */
async function recordedWith({ flow_run }: QuestionPage, taskRuns: number) {
  const recorded = () => server.recorded(flow_run.id);
  await expect
    .poll(async () => (await recorded()).taskRuns.length, { timeout: patient.timeout / 4, interval: 250 })
    .toBe(taskRuns);
  return await recorded();
}

describe.each(programs)("the example in $language", ({ command, file, name }) => {
  function start() {
    const child = spawn(command, [fileURLToPath(new URL(file, import.meta.url))], {
      env: {
        ...process.env,
        PREFECT_API_URL: process.env.OSTINATO_API_URL,
        PREFECT_HOME: join(server.home, "prefect"),
        PREFECT_SERVER_ANALYTICS_ENABLED: "false",
        DO_NOT_TRACK: "1",
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    child.stdout.on("data", (part) => {
      said += String(part);
    });
    return { ended: once(child, "close").then(([code]) => ({ code, said: said.trim().split("\n") })) };
  }

  const answer = async (asked: QuestionPage, run_input: Record<string, unknown>) =>
    (
      await client().call(resumeFlowRun, {
        params: { id: asked.flow_run.id },
        body: { run_input, ...(asked.question === null ? {} : { answers: asked.question.id }) },
      })
    ).status;

  it("asks the baker with a table and a form, and orders what the answer says", patient, async () => {
    const { ended } = start();
    const asked = await question(name);
    expect(asked.question).toMatchObject({
      title: "Order this bread for tomorrow?",
      description: expect.stringContaining("| **32** |"),
      schema: { properties: { approved: { type: "boolean" }, extra_percent: { minimum: -50, maximum: 100 } } },
      until: expect.any(String),
    });
    expect(await answer(asked, { approved: true, extra_percent: 1000 })).toBe("REJECT");
    const changes = [{ shop: "Seoul", loaves: 90 }];
    expect(await answer(asked, { approved: true, extra_percent: 50, changes })).toBe("ACCEPT");
    expect(await ended).toEqual({ code: 0, said: ["Busan: 42", "Incheon: 51", "Seoul: 90"] });
    const { flowRun, artifacts } = await recordedWith(asked, 6);
    expect(flowRun.state_type).toBe("COMPLETED");
    expect(artifacts).toContainEqual(expect.objectContaining({ key: "bread-forecast", type: "table" }));
  });

  it("orders nothing where the baker says no", patient, async () => {
    const { ended } = start();
    const asked = await question(name);
    expect(await answer(asked, { approved: false, extra_percent: 0, changes: [], comment: "closed" })).toBe("ACCEPT");
    expect((await ended).code).toBe(0);
    const { flowRun, logs } = await recordedWith(asked, 3);
    expect(flowRun.state_type).toBe("COMPLETED");
    expect(logs).toContainEqual("Nothing is ordered: closed");
  });
});
