import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { startOstinato } from "../server-process.ts";

const password = "ann:correct hörse";
const program = fileURLToPath(new URL("password.py", import.meta.url));
const python = process.env.PREFECT_PYTHON;

/** The real Prefect client against a server that asks for a password. `prefect.test.ts` says what it needs. */
describe.skipIf(python === undefined)("an unmodified Prefect program, where a password is asked for", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startOstinato({ PREFECT_SERVER_API_AUTH_STRING: password });
  }, 130_000);
  afterAll(() => server?.stop());

  async function run(command: string, args: readonly string[], auth?: string) {
    const { PREFECT_API_AUTH_STRING: _, ...inherited } = process.env;
    try {
      const { stdout, stderr } = await promisify(execFile)(command, [...args], {
        env: {
          ...inherited,
          ...(auth === undefined ? {} : { PREFECT_API_AUTH_STRING: auth }),
          PREFECT_API_URL: server.apiUrl,
          PREFECT_HOME: server.folder,
          PREFECT_SERVER_ANALYTICS_ENABLED: "false",
          DO_NOT_TRACK: "1",
          COLUMNS: "300",
        },
        timeout: 120_000,
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }
  const runPython = (auth?: string) => run(python ?? "", [program], auth);
  const prefect = (args: readonly string[], auth?: string) => run(join(dirname(python ?? ""), "prefect"), args, auth);

  test("runs its flow, tells and hears events and log lines, and its commands find the run", async () => {
    const { code, stdout, stderr } = await runPython(password);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const { id, ...heard } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    expect(heard).toEqual({ event: "password.told", log: "heard" });

    const authorization = `Basic ${Buffer.from(password).toString("base64")}`;
    const made = await fetch(`${server.apiUrl}/flow_runs/${id}`, { headers: { authorization } });
    expect(await made.json()).toMatchObject({
      state_name: "Completed",
      created_by: { type: "USER", display_value: "ann" },
    });
    const tasks = await fetch(`${server.apiUrl}/task_runs/filter`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: "{}",
    });
    expect(await tasks.json()).toMatchObject([{ state_name: "Completed" }]);

    const listed = await prefect(["flow-run", "ls"], password);
    expect(listed.stdout).toContain(id);
    const lines = await prefect(["flow-run", "logs", id], password);
    expect(lines.stdout).toContain("hello from a known program");
  }, 200_000);

  test.each([undefined, "ann:battery"])(
    "with %s it is answered 401, as by its own server",
    async (auth) => {
      for (const { code, stdout, stderr } of [await prefect(["flow-run", "ls"], auth), await runPython(auth)]) {
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain("401 Unauthorized");
      }
    },
    200_000,
  );
});
