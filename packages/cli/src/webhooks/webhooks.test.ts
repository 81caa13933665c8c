import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
let secret: string;
beforeAll(() => {
  place = makeWorkplace({ HOOK_KEY: "not shown" });
});
afterAll(() => place.dispose());

const run = (...args: readonly string[]) => place.run("webhook", ...args);

test("a webhook is created and shown, and its address only once", async () => {
  place.write("push.json", '{"event": "git.push", "resource": {"prefect.resource.id": "git.{{ body.repository }}"}}');
  const signed = ["--signature-header", "x-signature", "--secret-env", "HOOK_KEY"];
  const created = await run("create", "pushes", "--template", "@push.json", ...signed);
  expect(created.stdout).toMatch(/^\/api\/hooks\/[\w-]{32}\n$/);
  secret = created.stdout.trim().slice(-32);
  const { stdout: listed } = await run("ls");
  expect(listed).toMatch(/^pushes +on +git\.push +x-signature /m);
  const { stdout: shown } = await run("inspect", "pushes", "--json");
  expect(JSON.parse(shown)).toMatchObject({ name: "pushes", signature: { secret: "********" } });
  expect(shown + listed).not.toContain(secret);
});

test("it is paused, gets another address, and is deleted by its name", async () => {
  expect((await run("pause", "pushes")).stdout).toBe("pushes is paused\n");
  const rotated = await run("rotate", "pushes", "--grace", "1m", "--json");
  const address = expect.not.stringContaining(secret);
  const { webhook } = JSON.parse(rotated.stdout);
  expect(JSON.parse(rotated.stdout)).toMatchObject({ webhook: { enabled: false }, address });
  expect(Date.parse(webhook.former_until) - Date.parse(webhook.updated)).toBe(60_000);
  expect((await run("rotate", "pushes", "--secret-env", "HOOK_KEY")).stdout).toMatch(/^\/api\/hooks\/[\w-]{32}\n$/);
  expect((await run("rotate", "pushes", "--secret-env", "HOOK_KAY")).stderr).toContain("HOOK_KAY is not set");
  await run("create", "unsigned");
  const keyless = await run("rotate", "unsigned", "--secret-env", "HOOK_KEY");
  expect(keyless.stderr).toContain("checks no signature, so it has no key to rotate");
  expect((await run("rotate", "pushes", "--grace", "never")).stderr).toContain("Give a duration: 30s, 10m, 2h, 1d.");
  expect((await run("inspect", "pushs")).stderr).toContain('There is no webhook "pushs". Did you mean "pushes"?');
  expect((await run("delete", "pushes", "--yes")).stdout).toBe("Deleted pushes\n");
});
