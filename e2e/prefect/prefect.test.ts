import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { clients, prefectEnvironment } from "./clients.ts";

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 210;

interface Outcome {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly read_back?: { readonly name: string; readonly tags: string[]; readonly task_runs: number };
}

interface Run {
  readonly id: string;
  readonly name: string;
  readonly state_type: string;
  readonly state_name: string;
  readonly run_count: number;
  readonly tags: string[];
  readonly message: string;
  readonly state: { readonly message: string | null };
}

for (const { title, python, start } of clients) {
  describe.skipIf(python === undefined)(`an unmodified Prefect program, ${title}`, () => tellsOf(python ?? "", start));
}

function tellsOf(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;
  let runs: Record<string, Outcome>;
  let warnings: string;

  beforeAll(async () => {
    server = await start();
    const program = fileURLToPath(new URL("program.py", import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(python, [program], {
      env: prefectEnvironment(server.apiUrl, server.folder),
      maxBuffer: 64 * 1024 * 1024,
      timeout: programSeconds * 1000,
    });
    runs = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    warnings = stderr;
  }, 240_000);
  afterAll(() => server?.stop());

  async function post<T>(path: string, body: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(server.apiUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  }

  const taskRunsOf = (name: string) =>
    post<Run[]>("/task_runs/filter", { flow_runs: { id: { any_: [runs[name]?.id] } }, sort: "NAME_ASC" });
  const flowRun = async (name: string): Promise<Run> =>
    (await (await fetch(`${server.apiUrl}/flow_runs/${runs[name]?.id}`)).json()) as Run;
  const logsOf = (name: string) =>
    post<{ message: string; level: number; task_run_id: string | null }[]>("/logs/filter", {
      logs: { flow_run_id: { any_: [runs[name]?.id] } },
    });

  test("ends as it would on its own server", () => {
    expect(
      Object.fromEntries(Object.entries(runs).map(([name, { type, name: state }]) => [name, `${type} ${state}`])),
    ).toEqual({
      parent: "COMPLETED Completed",
      retried_flow: "COMPLETED Completed",
      failing: "FAILED Failed",
      timing_out: "FAILED TimedOut",
      slow_flow: "FAILED TimedOut",
      many: "COMPLETED Completed",
    });
  });

  test("is not warned of the server that it talks to", () => {
    expect(warnings).not.toMatch(/server.*version|version.*server/i);
  });

  test("leaves its task runs with retries, tags and subflows", async () => {
    const tasks = await taskRunsOf("parent");
    const states = tasks.map(({ name, state_name }) => `${name.replace(/-[0-9a-f]{3}$/, "")} ${state_name}`).sort();
    expect(states).toEqual([
      "add Completed",
      "chatty Completed",
      "child-0 Completed",
      "child-1 Completed",
      "double-1 Completed",
      "double-2 Completed",
      "double-3 Completed",
      "flaky Completed",
    ]);
    expect(tasks.find(({ name }) => name.startsWith("flaky"))?.run_count).toBe(3);
    expect(tasks.find(({ name }) => name === "double-1")?.tags).toEqual(["counted"]);
    const subflows = await post<Run[]>("/flow_runs/filter", {
      flow_runs: { parent_flow_run_id: { any_: [runs.parent?.id] } },
    });
    expect(subflows.map(({ state_type, tags }) => [state_type, tags])).toEqual([
      ["COMPLETED", ["nightly"]],
      ["COMPLETED", ["nightly"]],
    ]);
  });

  test("names its run by its template, and reads it back through its own client", async () => {
    expect((await flowRun("parent")).name).toBe("parent of 1");
    expect(runs.parent?.read_back).toMatchObject({ name: "parent of 1", task_runs: 8 });
  });

  test("leaves its logs and prints", async () => {
    const messages = (await logsOf("parent")).map(({ level, message }) => `${level} ${message}`);
    expect(messages).toContain("20 hello, world");
    expect(messages).toContain("30 a warning for world");
    expect(messages).toContain("20 run parent of 1");
  });

  test("leaves its artifacts under their keys", async () => {
    const artifacts = await post<{ key: string; type: string; data: string }[]>("/artifacts/latest/filter", {
      sort: "KEY_ASC",
    });
    expect(artifacts.map(({ key, type }) => [key, type])).toEqual([
      ["numbers", "table"],
      ["report", "markdown"],
      ["source", "markdown"],
    ]);
    expect(artifacts.find(({ key }) => key === "report")?.data).toBe("# Total\n\n18");
  });

  test("says why it failed", async () => {
    expect((await flowRun("failing")).state.message).toContain("the wheel came off");
    expect((await taskRunsOf("failing"))[0]).toMatchObject({ state_type: "FAILED" });
    expect((await taskRunsOf("timing_out"))[0]).toMatchObject({ state_name: "TimedOut" });
  });

  test("a flow that is retried has run twice", async () => {
    expect(await flowRun("retried_flow")).toMatchObject({ run_count: 2, state_name: "Completed" });
  });

  test("an event arrives also behind many that are refused", async () => {
    const placed = await post<{ events: { resource: object }[] }>("/events/filter", {
      filter: { event: { name: ["order.placed"] } },
    });
    expect(placed.events.map(({ resource }) => resource)).toEqual([{ "prefect.resource.id": "shop.order.7" }]);
    const metrics = await (await fetch(`${server.apiUrl}/metrics`)).text();
    expect(metrics).toMatch(/^ostinato_events_refused_total 40$/m);
  });

  test("a hundred mapped tasks are all there", async () => {
    const count = await post<number>("/task_runs/count", {
      flow_runs: { id: { any_: [runs.many?.id] } },
      task_runs: { state: { type: { any_: ["COMPLETED"] } } },
    });
    expect(count).toBe(100);
  });
}
