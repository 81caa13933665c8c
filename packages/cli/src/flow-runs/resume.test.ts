import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort, makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const asking = `
import { flow, pause } from "ostinato";
const properties = { approved: { type: "boolean" }, rows: { type: "integer", default: 3 }, note: { type: "string" } };
const input = { type: "object", properties, required: ["approved"] };
export const publish = flow(async function publish() {
  return await pause({ title: "Publish it", description: "The *table* is ready.", input, timeout: "1h" });
});
export const rest = flow(async function rest() { await pause(); return "went on"; });
`;

async function ask(place: Workplace, name: "publish" | "rest") {
  const running = place.start("run", `asks.ts:${name}`, "--json");
  await running.printed("Resume it: ");
  const { stdout } = await place.run("flow-run", "ls", "--flow", name, "--state", "paused", "--json");
  const [{ id }] = JSON.parse(stdout);
  const result = async () => JSON.parse((await running.finished).stdout.trimEnd().split("\n").at(-1) ?? "").result;
  return { id: id as string, result };
}

describe.each(["with a server", "without a server"])("flow-run resume %s", (how) => {
  let place: Workplace;
  beforeAll(async () => {
    const port = await freePort();
    place = makeWorkplace(how === "with a server" ? { OSTINATO_API_URL: `http://127.0.0.1:${port}/api` } : {});
    place.write("asks.ts", asking);
    if (how === "with a server") await place.run("server", "start", "--background", "--port", String(port));
  });
  afterAll(async () => {
    if (how === "with a server") await place.run("server", "stop");
    place.dispose();
  });

  test("answers a paused run, and says what is wrong before", async () => {
    const { id, result } = await ask(place, "publish");
    const resume = (...given: readonly string[]) =>
      place.run("flow-run", "resume", id, ...given.flatMap((text) => ["--input", text]));

    const nothing = await resume();
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toMatch(
      /waits for an answer: approved: boolean, rows\?: integer, note\?: string\. Give it with --input approved=…/,
    );
    const wrong = await resume("approved=perhaps");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/was not resumed: .*approved.* It takes: approved: boolean/s);
    expect((await resume("approved")).stderr).toContain("Write it as name=value");
    expect((await resume("[1]")).stderr).toContain("Write it as name=value");
    expect((await resume("{1}")).stderr).toContain("--input is not valid JSON");
    expect((await resume("@nowhere.json")).stderr).toMatch(/The answer can't be read: .*nowhere\.json/);

    place.write("answer.json", '{"approved": false, "note": "5"}');
    expect(await resume("@answer.json", '{"rows": 7}', "approved=true")).toMatchObject({ code: 0, stderr: "" });
    expect(await result()).toEqual({ approved: true, rows: 7, note: "5" });
    const late = await resume("approved=false");
    expect(late.code).toBe(1);
    expect(late.stderr).toContain("is Completed: it does not wait to be resumed.");
  });

  test("lets a run go on that asks for nothing", async () => {
    const { id, result } = await ask(place, "rest");
    const { stdout } = await place.run("flow-run", "resume", id, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ flow_run_id: id, state_type: "RUNNING" });
    expect(await result()).toBe("went on");
  });
});
