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
  const { stdout, stderr, code } = await place.run(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("a block is saved, listed, shown without its secrets, replaced and deleted", async () => {
  const saved = await json("block", "create", "secret/token", "--data", '{"value": "planted"}');
  expect(saved).toMatchObject({ name: "token", data: { value: "********" } });
  const { stdout } = await place.run("block", "ls");
  expect(stdout).toMatch(/^BLOCK +TYPE +CHANGED +ID\nsecret\/token +Secret +/);
  expect(await json("block", "ls", "--type", "webhook")).toEqual([]);
  expect((await place.run("block", "inspect", "secret/token")).stdout).toMatch(/value +\*{8}/i);
  const again = ["block", "create", "secret/token", "--data", '{"value": 5}'];
  expect((await place.run(...again)).stderr).toContain("Add --overwrite to replace its values.");
  expect(await json(...again, "--overwrite")).toMatchObject({ id: saved.id });
  const copied = await place.run("server", "backup", "copy.db");
  expect(copied.stderr).toMatch(/The secrets of its blocks need the key in .*ostinato\.db\.key/);
  expect(copied.stdout + copied.stderr).not.toContain("planted");
  expect(await json("server", "rotate-key")).toMatchObject({ documents: 1 });
  expect(await json("block", "inspect", "secret/token")).toMatchObject({ data: { value: "********" } });
  expect(await json("block", "delete", "secret/token", "--yes")).toEqual({ deleted: ["secret/token"] });
});

test("types are listed, shown and deleted", async () => {
  const types: { slug: string }[] = await json("block", "type", "ls");
  expect(types.map(({ slug }) => slug)).toContain("local-file-system");
  expect((await place.run("block", "type", "inspect", "webhook")).stdout).toContain(
    "method, url (required, secret), headers (secret)",
  );
  expect(await json("block", "type", "delete", "smb", "--yes")).toEqual({ deleted: "smb", blocks: 0 });
});

test("a parameter that is a block is given by its name to a flow of a file, and kept as a reference", async () => {
  place.write(
    "connects.mjs",
    `import { block, flow } from "ostinato";
const text = { type: "string" };
const schema = { type: "object", required: ["user", "password"], properties: { user: text, password: text } };
const Login = block({ type: "login", schema, secrets: ["password"] });
const parameters = { type: "object", required: ["login"], properties: { login: schema } };
export const connects = flow({ name: "connects", parameters, blocks: { login: Login } }, async function connects({ login }) {
  return login.user + ", " + login.password.length;
});
export const saves = flow(async function saves() {
  await Login.save("main", { user: "me", password: "planted" });
});
`,
  );
  const run = async (...args: readonly string[]) => {
    const { stdout, stderr } = await place.run("run", ...args, "--json");
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) || JSON.stringify({ stderr }));
  };
  expect(await run("connects.mjs:saves")).toMatchObject({ state_type: "COMPLETED" });
  const { id } = await json("block", "inspect", "login/main");
  const reference = { $ref: { block_document_id: id } };
  for (const given of ["main", JSON.stringify(reference)]) {
    const outcome = await run("connects.mjs:connects", "-p", `login=${given}`);
    expect(outcome).toMatchObject({ state_type: "COMPLETED", result: "me, 7" });
    expect((await json("flow-run", "inspect", outcome.flow_run_id)).parameters).toEqual({ login: reference });
  }
  const absent = await place.run("run", "connects.mjs:connects", "-p", "login=nobody");
  expect(absent.stderr).toContain('There is no block "login/nobody"');
});

test("a variable is set, read, listed, replaced and deleted", async () => {
  expect(await json("variable", "set", "regions", '["eu", 1.0]', "--tag", "etl")).toMatchObject({ tags: ["etl"] });
  expect((await place.run("variable", "get", "regions")).stdout).toBe('["eu",1.0]\n');
  await json("variable", "set", "city", "Oslo");
  expect((await place.run("variable", "get", "city")).stdout).toBe("Oslo\n");
  expect((await place.run("variable", "ls", "--tag", "etl")).stdout).toMatch(
    /^NAME +VALUE +TAGS +CHANGED\nregions +\["eu",1\.0\] +etl +/,
  );
  expect((await place.run("variable", "set", "city", "Rome")).stderr).toContain("There is a variable city already.");
  await json("variable", "set", "city", "Rome", "--overwrite");
  expect(await json("variable", "inspect", "city")).toMatchObject({ value: "Rome" });
  expect(await json("variable", "unset", "city", "regions", "--yes")).toEqual({ deleted: ["city", "regions"] });
});

test.each([
  { args: ["block", "inspect", "secret/non"], says: 'There is no block "secret/non".', code: 1 },
  { args: ["block", "inspect", "secrt/x"], says: 'There is no block type "secrt". Did you mean "secret"?', code: 1 },
  { args: ["block", "inspect", "secret"], says: "write its type and its name", code: 2 },
  { args: ["block", "create", "secret/x", "-d", "{}"], says: '--data has no "value"', code: 1 },
  { args: ["block", "create", "secret/x", "-d", '{"valu": 1}'], says: 'has no field "valu". It has value.', code: 1 },
  { args: ["block", "create", "secret/x", "-d", "["], says: "--data is not valid JSON", code: 2 },
  { args: ["block", "type", "delete", "secret", "--yes"], says: "protected block types cannot be deleted", code: 1 },
  { args: ["variable", "get", "none"], says: 'There is no variable "none".', code: 1 },
  { args: ["variable", "set", "A b", "1"], says: "lowercase letters", code: 1 },
])("says what is wrong with $args", async ({ args, says, code }) => {
  const run = await place.run(...args);
  expect(run.stderr).toContain(says);
  expect(run.code).toBe(code);
});
