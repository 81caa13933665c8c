import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { workplace } from "../../test/command.ts";
import type { SettingView } from "./settings.ts";

function settingsOf(stdout: string): Readonly<Record<string, SettingView>> {
  const views = JSON.parse(stdout) as readonly SettingView[];
  return Object.fromEntries(views.map((view) => [view.name, view]));
}

test("what is set is kept, the environment goes before it, and both are told apart", async () => {
  const place = workplace();
  const set = await place.run("config", "set", "OSTINATO_SERVER_PORT=24999", "OSTINATO_LOG_LEVEL=warn");
  expect(set).toMatchObject({ code: 0, stderr: "" });
  const { stdout } = await place.runWith({ env: { OSTINATO_LOG_LEVEL: "error" } }, "config", "view", "--json");
  expect(settingsOf(stdout)).toMatchObject({
    OSTINATO_SERVER_PORT: { value: "24999", source: "profile" },
    OSTINATO_LOG_LEVEL: { value: "error", source: "environment" },
    OSTINATO_SERVER_HOST: { value: "127.0.0.1", source: "default" },
    OSTINATO_HOME: { value: place.home, source: "environment" },
    OSTINATO_API_URL: { value: null, source: "default" },
  });
  await place.run("config", "unset", "OSTINATO_SERVER_PORT");
  expect(JSON.parse(readFileSync(join(place.home, "profile.json"), "utf8"))).toEqual({ OSTINATO_LOG_LEVEL: "warn" });
});

test("commands use the profile", async () => {
  const place = workplace();
  await place.run("config", "set", "OSTINATO_API_URL=http://127.0.0.1:1/api");
  expect((await place.run("flow", "ls")).stderr).toContain("No Ostinato server answers at http://127.0.0.1:1/api");
});

test("secrets are masked unless asked for, and the file is the owner's alone", async () => {
  const place = workplace();
  const url = "postgresql://me:hidden@db.example.org/ostinato?sslpassword=buried";
  await place.run("config", "set", `OSTINATO_DATABASE_URL=${url}`, "OSTINATO_API_AUTH_STRING=me:hidden");
  const { stdout } = await place.run("config", "view", "--json");
  expect(stdout).not.toMatch(/hidden|buried/);
  expect(settingsOf(stdout).OSTINATO_DATABASE_URL?.value).toBe(
    "postgresql://me:********@db.example.org/ostinato?sslpassword=********",
  );
  expect((await place.run("config", "view", "--show-secrets")).stdout).toContain(url);
  expect(statSync(join(place.home, "profile.json")).mode & 0o077).toBe(0);
});

test.each([
  {
    set: "OSTINATO_SERVER_PROT=1",
    says: 'There is no setting "OSTINATO_SERVER_PROT". Did you mean "OSTINATO_SERVER_PORT"?',
  },
  { set: "COLOUR=red", says: 'There is no setting "COLOUR". There are: OSTINATO_API_URL, ' },
  { set: "OSTINATO_SERVER_PORT=many", says: 'OSTINATO_SERVER_PORT="many" is not a whole number from 0 to 65535' },
  { set: "OSTINATO_DATABASE_URL=mysql://x", says: "is neither sqlite:///… nor postgresql://…" },
  { set: "OSTINATO_API_URL=localhost", says: "is not an address like http://127.0.0.1:4200/api" },
  { set: "OSTINATO_HOME=/elsewhere", says: "OSTINATO_HOME can't be stored in the profile" },
  { set: "OSTINATO_SERVER_PORT", says: "Write it as NAME=value." },
  { set: "OSTINATO_SERVER_PORT=", says: "ostinato config unset OSTINATO_SERVER_PORT" },
])("$set is refused and nothing is kept", async ({ set, says }) => {
  const place = workplace();
  const { code, stderr } = await place.run("config", "set", "OSTINATO_LOG_LEVEL=warn", set);
  expect(stderr).toContain(says);
  expect(code).toBe(2);
  expect(() => statSync(join(place.home, "profile.json"))).toThrow("ENOENT");
});

test.each([
  ["{", "is not valid JSON"],
  ["[]", "does not contain a JSON object"],
  ['{"OSTINATO_LOG_LEVEL": 3}', "gives OSTINATO_LOG_LEVEL a value that is not a string"],
])("a profile that reads %s is said to be wrong", async (text, says) => {
  const place = workplace();
  mkdirSync(place.home);
  writeFileSync(join(place.home, "profile.json"), text);
  const { code, stderr } = await place.run("flow", "ls");
  expect(stderr).toContain(`${join(place.home, "profile.json")} ${says}`);
  expect(code).toBe(1);
});

test("a home folder that can't be written is named", async () => {
  const { folder, write, runWith } = workplace();
  write("file", "");
  const home = join(folder, "file", "home");
  const { code, stderr } = await runWith({ env: { OSTINATO_HOME: home } }, "config", "set", "OSTINATO_LOG_LEVEL=warn");
  expect(stderr).toBe(
    `Error: The home folder ${home} is below something that is not a folder. Name a folder of yours in OSTINATO_HOME.\n`,
  );
  expect(code).toBe(1);
});
