import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, makeWorkplace, type Workplace, workplace } from "../../test/command.ts";
import { files } from "../../test/flows.ts";

const password = "ann:correct horse";
let place: Workplace;
let url: string;
/** What a person sets to be let in. */
let known: { readonly env: Readonly<Record<string, string>> };
beforeAll(async () => {
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  place = makeWorkplace({ OSTINATO_API_URL: `${url}/api` });
  known = { env: { OSTINATO_API_AUTH_STRING: password } };
  await place.run("config", "set", `OSTINATO_SERVER_API_AUTH_STRING=${password}`);
  const { code, stderr } = await place.run("server", "start", "--background", "--port", port);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
afterAll(async () => {
  await place.run("server", "stop");
  place.dispose();
});

test("a server asks for the password of its profile, and commands say what is missing", async () => {
  expect(await place.run("flow", "ls")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: `Error: The server at ${url}/api asks for a password. Give it as user:password in OSTINATO_API_AUTH_STRING.\n`,
  });
  const wrong = await place.runWith({ env: { OSTINATO_API_AUTH_STRING: "ann:battery" } }, "flow", "ls");
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.stderr).toContain("does not accept the user and password in OSTINATO_API_AUTH_STRING.");
  expect(wrong.stderr).not.toContain("battery");
  expect(await place.runWith(known, "flow", "ls")).toMatchObject({ code: 0 });
});

test("runs, their logs as they come and their pages, with the password in the environment or in Prefect's variable", async () => {
  for (const [name, text] of Object.entries(files)) place.write(name, text);
  const ran = await place.runWith(known, "run", "sum.ts", "-p", "n=4", "--json");
  expect(ran.code).toBe(0);
  const { flow_run_id: id } = JSON.parse(ran.stdout.trimEnd().split("\n").at(-1) ?? "");
  const prefect = { env: { PREFECT_API_AUTH_STRING: password } };
  const inspected = await place.runWith(prefect, "flow-run", "inspect", id, "--json");
  expect(JSON.parse(inspected.stdout)).toMatchObject({ state_type: "COMPLETED", created_by: { display_value: "ann" } });
  expect(await place.runWith(prefect, "flow-run", "logs", id, "--follow")).toMatchObject({ code: 0 });
});

test("status says that it runs, also to who does not know the password, and tells the rest to who does", async () => {
  const without = await place.run("server", "status");
  expect(without).toMatchObject({
    code: 0,
    stdout: `● Running at ${url}, and asks for a password: set OSTINATO_API_AUTH_STRING\n`,
  });
  const withIt = await place.runWith(known, "server", "status", "--json");
  expect(JSON.parse(withIt.stdout).servers).toMatchObject([{ running: true, database: "sqlite" }]);
});

test("the port of such a server is taken, and the password is not told to whatever listens there", async () => {
  const second = await place.runWith(known, "server", "start", "--port", new URL(url).port);
  expect(second).toMatchObject({ code: 1 });
  expect(second.stderr).toContain("is taken by a server that asks for a password");
});

test("config shows neither password, and the environment's goes before the profile's, also by Prefect's name", async () => {
  const other = workplace();
  await other.run(
    "config",
    "set",
    "OSTINATO_API_AUTH_STRING=ann:profile",
    "OSTINATO_SERVER_API_AUTH_STRING=ann:server",
  );
  const env = { PREFECT_SERVER_API_AUTH_STRING: "ann:environment" };
  const { stdout } = await other.runWith({ env }, "config", "view", "--json");
  expect(stdout).not.toMatch(/ann|profile"?:|server"?:/);
  const shown = JSON.parse(stdout) as readonly { name: string; value: string | null; source: string }[];
  expect(shown.filter(({ name }) => name.endsWith("AUTH_STRING"))).toMatchObject([
    { name: "OSTINATO_API_AUTH_STRING", value: "********", source: "profile" },
    { name: "OSTINATO_SERVER_API_AUTH_STRING", value: "********", source: "environment" },
  ]);
  const secrets = JSON.parse((await other.runWith({ env }, "config", "view", "--json", "--show-secrets")).stdout);
  expect(secrets).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "OSTINATO_API_AUTH_STRING", value: "ann:profile" }),
      expect.objectContaining({ name: "OSTINATO_SERVER_API_AUTH_STRING", value: "ann:environment" }),
    ]),
  );
});

test.each(["horse", "horse:", ":horse"])(
  "a server does not take %s for user and password, and does not repeat it",
  async (text) => {
    const { code, stderr } = await workplace().run("config", "set", `OSTINATO_SERVER_API_AUTH_STRING=${text}`);
    expect(code).not.toBe(0);
    expect(stderr).toContain('OSTINATO_SERVER_API_AUTH_STRING="********" has no user, colon and password');
    expect(stderr).not.toContain("horse");
  },
);
