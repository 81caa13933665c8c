import type { Retention as RetentionView } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordingLog, startTestServer, type TestServer } from "../../test/harness.ts";
import { fillWithOldFlowRuns, passDays, rowCounts, runMaker, wholePass } from "../../test/retention.ts";
import type { Config } from "../kernel/config.ts";

const hourSeconds = 3600;
const shortly = { retentionRuns: "10d", retentionLogs: "10d", retentionEvents: "10d" } as const;
const daySeconds = 24 * hourSeconds;

describeOnEachDatabase("retention with a wrong clock", (underTest) => {
  let clock: FakeClock;
  let server: TestServer;
  let url: string;
  const { log, lines } = recordingLog();
  const started: TestServer[] = [];

  async function start(config: Partial<Config> = {}): Promise<TestServer> {
    server = await startTestServer(url, { clock, config, log });
    started.push(server);
    return server;
  }
  beforeEach(async () => {
    ({ url } = await underTest.another());
    // Not later than PostgreSQL's own clock says, which has its part in this.
    clock = fakeClock("2020-01-01T00:00:00Z");
    lines.length = 0;
    await start();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop()));
  });

  const pass = (cause: "due" | "asked" | "confirmed" = "due") => wholePass(server.retention, clock, cause);
  const rows = () => rowCounts(server.context.db);
  const view = async () => (await server.call<RetentionView>("GET", "/admin/retention")).body;

  /** Time passes for the server too, with a pass in each hour. */
  async function live(hours: number): Promise<void> {
    for (let hour = 0; hour < hours; hour += 1) {
      await clock.advance(hourSeconds);
      await pass();
    }
  }

  async function makeHistory(): Promise<void> {
    const make = runMaker(server);
    await make.run({ tasks: 2, logs: 2 });
    await make.artifact({});
    await pass();
  }

  test("a clock that jumps ahead by 400 days for hours, while the server runs, removes nothing", async () => {
    await makeHistory();
    const before = await rows();
    passDays(clock, 400);
    await live(8);
    expect(await rows()).toEqual(before);
    expect(lines).toEqual([expect.stringContaining("The clock says 2021-02-04")]);
    expect((await view()).waiting).toContain("--run --confirm");
    passDays(clock, -400);
    await pass();
    expect((await view()).waiting).toBeNull();
    expect(await rows()).toEqual(before);
    // And what is really old goes, as ever.
    await clock.advance(100 * daySeconds);
    await pass();
    expect(await rows()).toMatchObject({ flow_run: 0, log: 0, event: 0 });
  });

  test("a server that starts again and again with a clock that is ahead removes nothing", async () => {
    await makeHistory();
    const before = await rows();
    passDays(clock, 400);
    for (let times = 0; times < 5; times += 1) {
      await start();
      await clock.advance(60);
      await pass();
    }
    expect(await rows()).toEqual(before);
  });

  test("nor before the first pass: the newest row of the database tells the time", async () => {
    await runMaker(server).run({ tasks: 2, logs: 2 });
    const before = await rows();
    passDays(clock, 400);
    await start();
    await pass();
    expect(await rows()).toEqual(before);
    expect((await view()).last?.as_of).toMatch(/^2020-01-01/);
  });

  test("nor if the clock jumps before the first pass, however often the server starts", async () => {
    await server.listen();
    const make = runMaker(server);
    await make.run({ tasks: 1, logs: 1 });
    passDays(clock, 400);
    await make.run({ tasks: 1, logs: 1 });
    const before = await rows();
    for (let times = 0; times < 3; times += 1) {
      expect((await pass("asked")).outcome).toBe("complete");
      expect(await rows()).toEqual(before);
      await start();
      await server.listen();
    }
  });

  test("a confirmation that the clock is right removes it at once", async () => {
    await makeHistory();
    passDays(clock, 400);
    await pass("confirmed");
    expect(await rows()).toMatchObject({ flow_run: 0, log: 0, event: 0 });
    expect(await view()).toMatchObject({ waiting: null, last: { outcome: "complete" } });
  });

  test("a server that was off for long cleans up by itself, later the longer it was off", async () => {
    await start(shortly);
    await makeHistory();
    passDays(clock, 20);
    await start(shortly);
    await live(8);
    expect((await rows()).flow_run).toBe(1);
    await live(12);
    expect(await rows()).toMatchObject({ flow_run: 0, log: 0, event: 0 });
    expect((await view()).waiting).toBeNull();
  });

  test("a daily request without a permanent server keeps up with time", async () => {
    await start(shortly);
    await makeHistory();
    for (let days = 0; days < 11; days += 1) {
      passDays(clock, 1);
      await start(shortly);
      await pass("asked");
      await started.splice(-1)[0]?.stop();
    }
    await start(shortly);
    expect((await rows()).flow_run).toBe(0);
  });

  test("removing more than half at once waits for a confirmation, whatever the reason, and one line says so", async () => {
    await makeHistory();
    await fillWithOldFlowRuns(server.context, { count: 1500, days: 20 });
    await start({ retentionRuns: "10d" });
    expect(await pass()).toMatchObject({ outcome: "waiting", removed: { flow_runs: 0 } });
    await pass();
    expect((await rows()).flow_run).toBe(1501);
    expect(lines).toEqual([expect.stringContaining("More than half of the runs would go at once")]);
    expect((await view()).waiting).toContain("--confirm");
    expect(await pass("confirmed")).toMatchObject({ outcome: "complete", removed: { flow_runs: 1500 } });
    expect((await view()).waiting).toBeNull();
    // The setting is known from here on.
    expect((await pass()).outcome).toBe("complete");
  });

  test("through the API: a request waits, and a confirmed request removes", async () => {
    await makeHistory();
    passDays(clock, 400);
    const run = async (body?: object) => {
      await server.call("POST", "/admin/retention/run", body);
      while ((await view()).running) await clock.advance(1);
    };
    await run();
    expect((await rows()).flow_run).toBe(1);
    await run({ confirmed: true });
    expect((await rows()).flow_run).toBe(0);
    expect((await server.call("POST", "/admin/retention/run", { confirmed: "perhaps" })).status).toBe(422);
  });

  if (underTest.name === "postgresql") {
    test("PostgreSQL's own clock counts if it is behind the server's", async () => {
      const ahead = fakeClock("2200-01-01T00:00:00Z");
      server = await startTestServer(url, { clock: ahead });
      started.push(server);
      const { as_of } = await wholePass(server.retention, ahead, "due");
      expect(Math.abs(Date.parse(as_of ?? "") - Date.now())).toBeLessThan(daySeconds * 1000);
    });
  }
});
