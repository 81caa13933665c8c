import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace({});
});
afterAll(() => place.dispose());

async function json(...args: readonly string[]) {
  const { stdout, stderr, code } = await place.run("automation", ...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

const yaml = `
automations:
  - name: a run failed
    trigger: { type: event, posture: Reactive, expect: [prefect.flow-run.Failed], threshold: 2, within: 600 }
    actions: [{ type: do-nothing }]
  - name: no order
    tags: [shop]
    trigger: { type: event, posture: Proactive, expect: [order.paid], within: PT1H }
    actions: [{ type: cancel-flow-run }]
`;

test("automations are made of a file, listed, shown, replaced, paused, resumed and deleted by name or id", async () => {
  place.write("alerts.yaml", yaml);
  const [failed, noOrder] = await json("create", "--from-file", "alerts.yaml");
  expect(failed).toMatchObject({ name: "a run failed", enabled: true, trigger: { threshold: 2, within: 600 } });
  const { stdout } = await place.run("automation", "ls");
  expect(stdout).toMatch(/^AUTOMATION +STATE +WHEN +THEN +CHANGED +ID\n/);
  expect(stdout).toMatch(/^a run failed +on +2 × prefect\.flow-run\.Failed within 10 min +do-nothing /m);
  expect(stdout).toMatch(/^no order +on +no order\.paid within 1 h +cancel-flow-run /m);
  expect(await json("ls", "--tag", "shop")).toMatchObject([{ id: noOrder.id }]);

  const shown = await place.run("automation", "inspect", "no order", "--yaml");
  place.write("changed.yaml", shown.stdout.replace("within: 3600", "within: 7200"));
  expect(await json("update", noOrder.id, "--from-file", "changed.yaml")).toMatchObject({
    id: noOrder.id,
    tags: ["shop"],
    trigger: { within: 7200 },
  });
  expect((await place.run("automation", "inspect", "no order")).stdout).toMatch(/^When +no order\.paid within 2 h$/m);
  place.write("changed.yaml", shown.stdout.replace(/^tags:\n( *- .*\n)+/m, ""));
  expect(await json("update", noOrder.id, "--from-file", "changed.yaml")).toMatchObject({ name: "no order", tags: [] });
  expect(await json("pause", "no order")).toMatchObject({ enabled: false });
  expect(await json("inspect", "no order")).toMatchObject({ enabled: false });
  expect(await json("resume", noOrder.id)).toMatchObject({ enabled: true });
  expect(await json("delete", "no order", failed.id, "--yes")).toEqual({ deleted: [noOrder.id, failed.id] });
  expect(await json("ls")).toEqual([]);
});

test("what is wrong is said with what to do", async () => {
  const run = async (...args: readonly string[]) => (await place.run("automation", ...args)).stderr;
  const one = '{"name": "twin", "trigger": {"type": "event", "posture": "Reactive"}, "actions": []}';
  await json("create", "--from-json", `[${one}, ${one}]`);
  expect(await run("inspect", "twin")).toMatch(/2 automations have the name "twin"\. Give the id of one: /);
  expect(await run("pause", "twni")).toContain('There is no automation "twni". Did you mean "twin"?');
  expect(await run("create")).toContain("Give --from-file, or --from-json.");
  expect(await run("create", "-f", "nowhere.yaml")).toContain("nowhere.yaml can't be read");
  expect(await run("create", "-j", '{"name": "late"}')).toMatch(/"late" could not be created: .*trigger/s);
  expect(await run("create", "-j", "[5]")).toContain("automation 1 is 5; give an object");
});
