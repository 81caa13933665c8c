import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort, makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
let serving: ReturnType<Workplace["start"]>;

const program = `
import { appendFileSync, existsSync } from "node:fs";
import { currentRun, flow, log } from "ostinato";
const schema = {
  "~standard": {
    version: 1,
    vendor: "own",
    validate: (value: unknown) => ({ value: { depth: 6, ...(value as object) } }),
    jsonSchema: {
      input: () => ({
        type: "object",
        properties: { depth: { type: "integer", maximum: 12, default: 6 }, fails: { type: "boolean" } },
      }),
    },
  },
} as never;
export const load = flow({ parameters: schema }, async function load({ depth, fails }: { depth: number; fails?: boolean }) {
  const { scheduledTime, id } = currentRun().flowRun ?? {};
  appendFileSync("times", \`\${scheduledTime} \${depth}\\n\`);
  log.info("loading");
  if (fails) throw new Error("nothing to load");
});
`;

beforeAll(async () => {
  const port = await freePort();
  place = makeWorkplace({ OSTINATO_API_URL: `http://127.0.0.1:${port}/api` });
  place.write("load.ts", program);
  await place.run("server", "start", "--background", "--port", String(port));
  serving = place.start("serve", "load.ts", "--name", "daily", "--cron", "30 6 * * *", "--tag", "lake");
  await serving.printed("serving 1 deployment");
});

afterAll(async () => {
  serving.child.kill("SIGTERM");
  await serving.finished;
  await place.run("server", "stop");
  place.dispose();
});

async function json(...args: readonly string[]) {
  const { stdout, stderr, code } = await place.run(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("ostinato deployment", () => {
  test("ls shows deployments with their schedules in words, when they run next and whether they are served", async () => {
    const [head, line] = (await place.run("deployment", "ls")).stdout.split("\n");
    expect(head).toMatch(/^NAME +SCHEDULE +NEXT +SERVED +POOL +TAGS +ID$/);
    expect(line).toMatch(/^load\/daily +every day at 06:30 \(UTC\) +in .* +yes +lake +[0-9a-f-]{36}$/);
    expect(await json("deployment", "ls", "--tag", "lake")).toMatchObject([{ name: "daily", tags: ["lake"] }]);
    expect(await json("deployment", "ls", "--tag", "nobody")).toEqual([]);
  });

  test("a name that does not exist is answered with one that comes near", async () => {
    const { code, stderr } = await place.run("deployment", "inspect", "load/dialy");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Error: There is no deployment "load/dialy". Did you mean "load/daily"?\n',
    });
  });

  test.each([
    { args: ["-p", "depht=3"], says: 'takes no parameter "depht". Did you mean "depth"?' },
    { args: ["-p", "depth=13"], says: "depth" },
    { args: ["--priority", "high"], says: "Give a whole number from -1000 to 1000." },
    { args: ["--at", "tomorrow"], says: '--at: "tomorrow" is not a time' },
  ])("run refuses $args", async ({ args, says }) => {
    const { code, stderr } = await place.run("deployment", "run", "load/daily", ...args);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  test("run makes a run for a later time, with its name and tags", async () => {
    const more = ["--priority", "-10", "--job-variable", "image=trips:2", "--job-variable", "cpu=2"];
    const run = await json(
      "deployment",
      "run",
      "load/daily",
      "--at",
      "in 1h",
      "--name",
      "later",
      "--tag",
      "mine",
      ...more,
    );
    expect(run).toMatchObject({
      name: "later",
      priority: -10,
      job_variables: { image: "trips:2", cpu: 2 },
      tags: expect.arrayContaining(["lake", "mine"]),
      state_type: "SCHEDULED",
    });
    const seconds = (Date.parse(run.next_scheduled_start_time) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(3500);
    expect(await json("flow-run", "waiting", run.id)).toMatchObject({ cause: "not-due", also: [] });
    const told = await place.run("flow-run", "waiting", run.id);
    expect(told.stdout).toMatch(
      /^Waits +It is scheduled for later\.\nTo do +The process that serves its deployment starts it\./,
    );
    const { stdout } = await place.run("flow-run", "cancel", run.id);
    expect(stdout).toBe("Flow run later is cancelled.\n");
    const ended = await place.run("flow-run", "waiting", run.id);
    expect(ended.stdout).toBe("Flow run later does not wait: it is Cancelled.\n");
  });

  test("pause drops the runs of the schedules and resume makes them again", async () => {
    expect(await json("deployment", "pause", "load/daily")).toMatchObject({ paused: true });
    expect(await json("deployment", "inspect", "load/daily")).toMatchObject({ paused: true });
    expect((await place.run("deployment", "ls")).stdout).toContain("; paused");
    await json("deployment", "resume", "load/daily");
    expect(await json("deployment", "inspect", "load/daily")).toMatchObject({ paused: false });
  });

  test("schedules are created, paused, resumed, previewed and deleted", async () => {
    const times = ["--rrule", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0;BYSECOND=0", "--timezone", "Europe/Berlin"];
    const made = await json("deployment", "schedule", "create", "load/daily", ...times, "--slug", "weekly");
    expect(made).toMatchObject({ slug: "weekly", active: true });
    await json("deployment", "schedule", "pause", "load/daily", "weekly");
    expect(
      (await json("deployment", "schedule", "ls", "load/daily")).map(({ active }: { active: boolean }) => active),
    ).toEqual(expect.arrayContaining([true, false]));
    await json("deployment", "schedule", "resume", "load/daily", "weekly");
    const previews = await json("deployment", "schedule", "preview", "load/daily", "--count", "2");
    expect(previews).toHaveLength(2);
    for (const { times } of previews) expect(times).toHaveLength(2);
    expect(await json("deployment", "schedule", "delete", "load/daily", "weekly")).toEqual({ deleted: [made.id] });
    const missing = await place.run("deployment", "schedule", "delete", "load/daily", "weekly");
    expect(missing.stderr).toContain('has no schedule "weekly"');
  });

  test("a schedule is previewed before anything has it, and what is wrong in it is said", async () => {
    const { stdout } = await place.run("deployment", "schedule", "preview", "--cron", "0 2 * * 1-5", "-n", "3");
    expect(stdout.trim().split("\n")).toHaveLength(4);
    const wrong = await place.run("deployment", "schedule", "preview", "--cron", "99 * * * *");
    expect(wrong.stderr).toContain('`cron` "99 * * * *" can\'t be used');
    expect(wrong.code).toBe(2);
  });

  test("a deployment is deleted when it is said twice", async () => {
    const other = place.start("serve", "load.ts", "--name", "for a while");
    await other.printed("serving 1 deployment");
    other.child.kill("SIGTERM");
    await other.finished;
    const { code, stderr } = await place.run("deployment", "delete", "load/for a while");
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("add --yes") });
    expect((await json("deployment", "delete", "load/for a while", "--yes")).deleted).toHaveLength(1);
    expect((await place.run("deployment", "inspect", "load/for a while")).code).toBe(1);
  });
});

describe("ostinato deployment backfill", () => {
  const range = ["--from", "2026-01-01T00:00:00Z", "--to", "2026-01-05T00:00:00Z"];

  test("shows the times without making runs", async () => {
    expect(await json("deployment", "backfill", "load/daily", ...range, "--dry-run")).toEqual([
      "2026-01-01T06:30:00Z",
      "2026-01-02T06:30:00Z",
      "2026-01-03T06:30:00Z",
      "2026-01-04T06:30:00Z",
    ]);
  });

  test("makes one run for each time, which knows its time, and goes on where it was stopped", async () => {
    const first = await jsonOnly(
      "deployment",
      "backfill",
      "load/daily",
      ...range,
      "--concurrency",
      "2",
      "-p",
      "depth=3",
    );
    expect(first).toEqual({ total: 4, completed: 4, failed: 0 });
    const longer = ["--from", "2026-01-01T00:00:00Z", "--to", "2026-01-06T00:00:00Z"];
    expect(await jsonOnly("deployment", "backfill", "load/daily", ...longer, "-p", "depth=3")).toMatchObject({
      completed: 5,
    });
    const { readFileSync } = await import("node:fs");
    const times = readFileSync(`${place.folder}/times`, "utf8")
      .trim()
      .split("\n")
      .filter((line) => line.endsWith(" 3"));
    expect(times.toSorted()).toEqual([1, 2, 3, 4, 5].map((day) => `2026-01-0${day}T06:30:00Z 3`));
  });

  test("runs that fail are counted, and end it with 1", async () => {
    const args = [
      "--from",
      "2026-02-01T00:00:00Z",
      "--to",
      "2026-02-01T12:00:00Z",
      "--every",
      "6h",
      "-p",
      "fails=true",
    ];
    const { code, stdout, stderr } = await place.run("deployment", "backfill", "load/daily", ...args);
    expect(stdout).toBe("0 of 2 runs have completed, 2 have not.\n");
    expect(stderr).toMatch(/^2\/2, 2 not completed {2}.* Failed$/m);
    expect(code).toBe(1);
  });

  test.each([
    { args: ["--from", "2026-01-02", "--to", "2026-01-01"], says: '"to" has to be later than "from"' },
    { args: ["--from", "2026-01-01T07:00:00Z", "--to", "2026-01-01T08:00:00Z"], says: "have no times in that range" },
    { args: ["--from", "2026-01-01", "--to", "2026-12-01", "--every", "1s"], says: "more than 100000 runs" },
  ])("refuses $args", async ({ args, says }) => {
    const { code, stderr } = await place.run("deployment", "backfill", "load/daily", ...args);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });

  /** The answer of a command that also writes its progress. */
  async function jsonOnly(...args: readonly string[]) {
    const { stdout, code } = await place.run(...args, "--json");
    expect(code).toBe(0);
    return JSON.parse(stdout);
  }
});
