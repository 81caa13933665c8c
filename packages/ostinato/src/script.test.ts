import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { filterFlowRuns, filterLogs, filterTaskRuns, readFlowRun, setFlowRunState } from "@ostinato/protocol";
import { type Line, openLine } from "@ostinato/testing/line";
import { describe, expect, test } from "vitest";
import { home, nextJson, run, withServer } from "../test/script-harness.ts";

describe("a script without any server", () => {
  test("runs, and its run is there when somebody looks later", async () => {
    const script = run("hello");
    const { id, values } = await nextJson<{ id: string; values: number[] }>(script);
    expect(values).toEqual([2, 4, 6]);
    expect(await script.ended()).toEqual({ code: 0, signal: null });
    expect(script.errors()).toMatch(/INFO {4}[a-z]+-[a-z]+: started flow "hello"/);
    await withServer(async (client) => {
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({ state_name: "Completed" });
      const logs = await client.call(filterLogs, { body: { logs: { flow_run_id: { any_: [id] } } } });
      expect(logs.map(({ message }) => message)).toEqual(
        expect.arrayContaining(["doubling 1", "doubling 3", "completed"]),
      );
    });
  });

  test("does not disturb others that run at the same time", async () => {
    const scripts = [run("hello"), run("hello"), run("hello")];
    const ends = await Promise.all(scripts.map((script) => script.ended()));
    const failed = scripts.filter((_, index) => ends[index]?.code !== 0);
    expect(failed.map((script) => script.errors())).toEqual([]);
    await withServer(async (client) => {
      const runs = await client.call(filterFlowRuns, {});
      expect(runs.map(({ state_name }) => state_name)).toEqual(["Completed", "Completed", "Completed"]);
      const tasks = await client.call(filterTaskRuns, {});
      expect(tasks.map(({ state_name }) => state_name)).toEqual(Array.from({ length: 9 }, () => "Completed"));
    });
  });

  test.each([
    ["SIGINT", "CANCELLED", "the cancellation hook", "Interrupted by SIGINT."],
    ["SIGTERM", "CRASHED", "the crash hook", "The process was ended by SIGTERM."],
    ["SIGHUP", "CRASHED", "the crash hook", "The process was ended by SIGHUP."],
  ] as const)(
    "that is ended by %s says so to the server, and ends by that signal",
    async (signal, type, hook, message) => {
      const script = run("endless");
      const { id } = await nextJson<{ id: string }>(script);
      script.child.kill(signal);
      expect((await script.lines.next()).value).toBe(hook);
      expect(await script.ended()).toEqual({ code: null, signal });
      await withServer(async (client) => {
        const { state } = await client.call(readFlowRun, { params: { id } });
        expect(state).toMatchObject({ type, message });
        const tasks = await client.call(filterTaskRuns, {});
        expect(tasks.map(({ state_type }) => state_type)).toEqual([type]);
      });
    },
  );

  test("that was killed goes on after the last finished task", async () => {
    const counts = join(home, "counts");
    const first = run("interrupted", [counts]);
    const { id } = await nextJson<{ id: string }>(first);
    expect(await first.ended()).toEqual({ code: null, signal: "SIGKILL" });
    const second = run("interrupted", [counts, id]);
    expect(await nextJson(second)).toEqual({ id });
    expect(await nextJson(second)).toEqual({ value: [3, "alive", { n: 4 }] });
    expect(await second.ended()).toEqual({ code: 0, signal: null });
    expect((await readFile(counts, "utf8")).trim().split("\n").sort()).toEqual(["1", "2", "3", "4"]);
    await withServer(async (client) => {
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({
        state_name: "Completed",
        run_count: 2,
      });
    });
  });

  test("whose helper nobody awaits fails its flow, and goes on", async () => {
    const script = run("stray", ["helper"]);
    await nextJson(script);
    expect(await nextJson(script)).toMatchObject({ type: "FAILED", message: "nobody looked" });
    expect(await script.ended()).toEqual({ code: 0, signal: null });
  });

  test("that is ended by an error nobody catches says so to the server", async () => {
    const script = run("stray", ["crash"]);
    const { id } = await nextJson<{ id: string }>(script);
    expect(await script.ended()).toEqual({ code: 1, signal: null });
    expect(script.errors()).toContain("Error: out of the blue");
    await withServer(async (client) => {
      const { state } = await client.call(readFlowRun, { params: { id } });
      expect(state).toMatchObject({
        type: "CRASHED",
        message: "The process was ended by an error that nobody caught: out of the blue",
      });
    });
  });

  test("that does not await its failing flow ends with code 1 and says why", async () => {
    const script = run("stray", ["unawaited"]);
    expect(await script.ended()).toEqual({ code: 1, signal: null });
    expect(script.errors()).toContain("failed and nobody awaited it: the flow failed");
  });

  test.each([
    ["shows its own frames of a failure, in the log and where Node ends, and says how to see all", "", 0],
    ["shows all frames of a failure where it is asked to", "1", 2],
  ])("%s", async (_, OSTINATO_ALL_FRAMES, withInner) => {
    const script = run("stray", ["awaited"], { OSTINATO_ALL_FRAMES });
    expect(await script.ended()).toEqual({ code: 1, signal: null });
    // The log of the task has the stack, and so has the message of Node.
    const stacks = script.errors().split("Error: nobody looked\n").slice(1);
    expect(stacks).toHaveLength(2);
    expect(stacks.filter((stack) => /^ {4}at .*stray\.ts:4:/.test(stack))).toHaveLength(2);
    expect(stacks.filter((stack) => stack.includes("sdk/src/"))).toHaveLength(withInner);
    expect(stacks.filter((stack) => stack.includes("OSTINATO_ALL_FRAMES=1 shows them"))).toHaveLength(2 - withInner);
  });

  test("may have tasks in threads beside the flow that it calls at its top level", async () => {
    const script = run("in-threads");
    expect(await nextJson<unknown>(script)).toEqual([
      [2, false],
      [4, false],
    ]);
    expect(await script.ended()).toEqual({ code: 0, signal: null });
  });
});

describe("a script with a server", () => {
  test("records there, and gives the page of the run", async () => {
    await withServer(async (client) => {
      const script = run("hello", [], { PREFECT_API_URL: client.baseUrl });
      const { id } = await nextJson<{ id: string }>(script);
      expect(await script.ended()).toEqual({ code: 0, signal: null });
      expect(script.errors()).toContain(client.baseUrl.replace("/api", `/runs/flow-run/${id}`));
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({ state_name: "Completed" });
    });
  });

  test("finds one on the default address", async () => {
    await withServer(async (client) => {
      const port = new URL(client.baseUrl).port;
      const script = run("hello", [], { OSTINATO_SERVER_PORT: port, OSTINATO_HOME: join(home, "elsewhere") });
      const { id } = await nextJson<{ id: string }>(script);
      await script.ended();
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({ state_name: "Completed" });
    });
  });

  test("is cancelled from there", async () => {
    await withServer(async (client) => {
      const script = run("endless", [], { OSTINATO_API_URL: client.baseUrl });
      const { id } = await nextJson<{ id: string }>(script);
      await client.call(setFlowRunState, {
        params: { id },
        body: { state: { type: "CANCELLING", name: "Cancelling", message: "not needed" } },
      });
      expect((await script.lines.next()).value).toBe("the cancellation hook");
      expect((await script.ended()).code).toBe(1);
      expect((await client.call(readFlowRun, { params: { id } })).state).toMatchObject({ type: "CANCELLED" });
    });
  });

  test("is cancelled from there while it waits for a slot", async () => {
    await withServer(async (client) => {
      const script = run("waits-for-slot", [], { OSTINATO_API_URL: client.baseUrl });
      const { id: first } = await nextJson<{ id: string }>(script);
      while (!script.errors().includes('waits for the only slot of "flow:alone"')) await new Promise(setImmediate);
      const runs = await client.call(filterFlowRuns, {});
      const second = runs.find(({ id }) => id !== first)?.id ?? "";
      await client.call(setFlowRunState, { params: { id: second }, body: { state: { type: "CANCELLING" } } });
      expect((await script.lines.next()).value).toBe("the cancellation hook");
      expect((await script.ended()).code).toBe(0);
      const states = await Promise.all([first, second].map((id) => client.call(readFlowRun, { params: { id } })));
      expect(states.map(({ state_type }) => state_type)).toEqual(["COMPLETED", "CANCELLED"]);
    });
  });

  test("loses nothing when the server is away in the middle of the run, and says so once", async () => {
    await withServer(async (client) => {
      const line: Line = await openLine(Number(new URL(client.baseUrl).port));
      try {
        const script = run("slow", ["200"], { OSTINATO_API_URL: `http://127.0.0.1:${line.port}/api` });
        const { id } = await nextJson<{ id: string }>(script);
        expect((await script.lines.next()).value).toBe("begun");
        await line.cut();
        script.child.stdin?.write("on\n");
        expect((await script.lines.next()).value).toBe("worked");
        script.child.stdin?.write("on\n");
        while (!script.errors().includes("lost the server")) await new Promise(setImmediate);
        await line.mend();
        expect(await nextJson(script)).toEqual({ value: 200 });
        expect(await script.ended()).toEqual({ code: 0, signal: null });
        expect(script.errors().match(/lost the server/g)).toHaveLength(1);
        expect(script.errors().match(/is back/g)).toHaveLength(1);
        expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({ state_name: "Completed" });
        const names = new Map<string, number>();
        for (const offset of [0, 200]) {
          const rows = await client.call(filterTaskRuns, { body: { offset, sort: "NAME_ASC" } });
          for (const { state_name } of rows) names.set(String(state_name), (names.get(String(state_name)) ?? 0) + 1);
        }
        expect([...names]).toEqual([["Completed", 201]]);
      } finally {
        await line.close();
      }
    });
  });

  test("that nobody answers for is named, with what to do", async () => {
    const script = run("hello", [], { OSTINATO_API_URL: "http://127.0.0.1:9/api", OSTINATO_CONNECT_SECONDS: "0" });
    expect((await script.ended()).code).toBe(1);
    expect(script.errors()).toContain("No Ostinato server answers at http://127.0.0.1:9/api");
    expect(script.errors()).toContain('Start one with "ostinato server start".');
  });
});

test("an error from a thread is one of the program's own class, also while the program's module still waits", async () => {
  const script = run("thread-errors");
  expect(await nextJson(script)).toEqual([429, "quota of 100 a minute"]);
  expect(await script.ended()).toEqual({ code: 0, signal: null });
});

test("with logPrints whatever a run writes becomes lines of its log, and what others write goes out", async () => {
  const script = run("prints", [], { OSTINATO_LOG_LEVEL: "off" });
  const printed: string[] = [];
  script.output.on("line", (line) => printed.push(line));
  expect(await script.ended()).toEqual({ code: 0, signal: null });
  const { id } = JSON.parse(printed.pop() ?? "") as { id: string };
  expect(printed).toEqual(["not captured", "neither"]);
  await withServer(async (client) => {
    const logs = await client.call(filterLogs, {
      body: { logs: { flow_run_id: { any_: [id] } }, sort: "TIMESTAMP_ASC" },
    });
    const lines = logs
      .filter(({ name }) => name === "ostinato.task_runs")
      .map(({ level, message }) => [level, message]);
    expect(lines).toEqual([
      [20, "plain 1"],
      [20, "{\n  a: { b: { c: { d: 1 } } }\n}"],
      [20, "group"],
      [20, "  indented\n  also indented"],
      [20, expect.stringMatching(/^┌.*\n│ \(index\) │ n │\n/)],
      [30, "careful"],
      [30, "Assertion failed: not so"],
      [20, "first"],
      [20, "second"],
      [20, "to stderr"],
      [20, "100 %"],
      [20, "from a child"],
      [20, "in a thread"],
      [20, "no end of line"],
      [20, "spin /"],
    ]);
  });
});
