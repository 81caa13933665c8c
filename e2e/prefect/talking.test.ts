import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createClient } from "@ostinato/client";
import { readFlowRun, readFlowRunInput, resumeFlowRun } from "@ostinato/protocol";
import { startRecordingServer } from "@ostinato/testing/recording-server";
import { flow, pause, receive, send } from "ostinato";
import { expect, test, vi } from "vitest";
import { prefectEnvironment } from "./clients.ts";

const program = fileURLToPath(new URL("talking.py", import.meta.url));
const python = process.env.PREFECT_PYTHON ?? "";
const patience = { timeout: 120_000, interval: 100 };
const words = { type: "string" } as const;
const approval = { type: "object", properties: { approved: { type: "boolean" } }, required: ["approved"] } as const;

const listens = flow({ name: "listens" }, async () => {
  const { value: text } = await receive(words).next();
  const { value } = await receive(approval, { type: "Approval" }).next();
  return [text, value?.approved];
});
const asks = flow({ name: "asks" }, async () => (await pause({ title: "Send it?", input: approval })).approved);
const tells = flow({ name: "tells" }, async ({ to }: { to: string }) => {
  await send(to, "from TypeScript");
  await send(to, { approved: true }, { type: "Approval" });
  return (await receive(approval, { type: "Approval" }).next()).value?.approved;
});

/** `prefect.test.ts` says what this needs. */
test.skipIf(python === "")(
  "flow runs in Python and in TypeScript answer each other's pauses and read each other's messages",
  { timeout: 300_000 },
  async () => {
    await using server = await startRecordingServer();
    const apiUrl = process.env.OSTINATO_API_URL ?? "";
    const client = createClient({ baseUrl: apiUrl });
    const [listening, asking] = [listens(), asks()];
    const id = await asking.created;
    await untilAnswerable(id);
    const child = spawn(python, [program, await listening.created, id], {
      env: { ...prefectEnvironment(apiUrl, server.home), PREFECT_LOGGING_LEVEL: "ERROR" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const { value: other } = await lines.next();
      expect(await listening).toEqual(["from Python", true]);
      expect(await asking).toBe(false);
      expect(await tells({ to: other ?? "" })).toBe(false);
      await untilAnswerable(other ?? "");
      await client.call(resumeFlowRun, { params: { id: other ?? "" }, body: { run_input: { approved: true } } });
      expect(JSON.parse((await lines.next()).value ?? "")).toEqual(["from TypeScript", true, true]);
    } finally {
      child.kill();
    }

    async function untilAnswerable(run: string): Promise<void> {
      await vi.waitFor(async () => {
        const { state } = await client.call(readFlowRun, { params: { id: run } });
        const key = state?.state_details.run_input_keyset?.schema ?? "";
        expect(state?.type).toBe("PAUSED");
        await client.call(readFlowRunInput, { params: { id: run, key } });
      }, patience);
    }
  },
);
