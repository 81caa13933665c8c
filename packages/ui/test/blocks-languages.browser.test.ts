import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { filterDeployments } from "@ostinato/protocol";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
let folder: string;

beforeEach(async () => {
  site = await startSite();
  folder = await mkdtemp(join(tmpdir(), "ostinato-blocks-"));
  await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
});

afterEach(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

const saved = "planted-by-the-program";
const typed = "planted-on-the-page";

/** Saves a block, writes down what is in it, or serves a flow that does so with the block that it is given. */
const inTypeScript = `import { writeFile } from "node:fs/promises";
import { block, flow, secret } from "ostinato";
import * as z from "zod";

const Login = block({ type: "login", schema: z.object({ user: z.string(), password: secret(z.string()) }) });
const file = process.env.OUTPUT_FILE ?? "";
const write = ({ user, password }: { user: string; password: string }) => writeFile(file, \`\${user} \${password}\`);

export const connect = flow(
  { parameters: z.object({ login: z.object({ user: z.string(), password: z.string() }) }), blocks: { login: Login } },
  async function connect({ login }) {
    await write(login);
  },
);

const [, , asked] = process.argv;
if (asked === "save") await Login.save("main", { user: "me", password: "${saved}" });
if (asked === "read") await write(await Login.read("main"));
if (asked === "serve") await connect.serve({ name: "by-block" });
`;

const inPython = `import os
import sys
from pydantic import SecretStr
from prefect import flow
from prefect.blocks.core import Block

class Login(Block):
    user: str
    password: SecretStr

def write(login):
    with open(os.environ["OUTPUT_FILE"], "w") as file:
        file.write(f"{login.user} {login.password.get_secret_value()}")

@flow
def connect(login: Login):
    write(login)

if __name__ == "__main__":
    if sys.argv[1] == "save":
        Login(user="me", password="${saved}").save("main")
    if sys.argv[1] == "read":
        write(Login.load("main"))
    if sys.argv[1] == "serve":
        connect.serve(name="by-block")
`;

const python = process.env.PREFECT_PYTHON;

test.each([
  ["TypeScript", "login.ts", inTypeScript, process.execPath as string | undefined],
  ["Python, where PREFECT_PYTHON has Prefect's client", "login.py", inPython, python],
])(
  "a block of %s is shown and edited on its page, and given to a run by its name",
  async (...given) => {
    const [, file, code, command] = given;
    if (command === undefined) return;
    await writeFile(join(folder, file), code);
    const api = `${site.origin}/api`;
    const output = join(folder, "output.txt");
    const homes = { OSTINATO_HOME: folder, PREFECT_HOME: folder, DO_NOT_TRACK: "1" };
    const env = { ...process.env, OSTINATO_API_URL: api, PREFECT_API_URL: api, OUTPUT_FILE: output, ...homes };
    const run = (asked: string) => promisify(execFile)(command, [join(folder, file), asked], { cwd: folder, env });
    const { page, problems, close } = await site.open("/blocks");
    const answers: Promise<string>[] = [];
    page.on("response", (response) => {
      if (response.url().includes("/api/")) answers.push(response.text().catch(() => ""));
    });
    await run("save");
    await page.getByRole("link", { name: "main", exact: true }).click();
    await page.getByText("Set, and not shown").waitFor();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "User" }).fill("you");
    await page.getByRole("button", { name: "Save the block" }).click();
    await page.getByRole("heading", { name: "main", level: 1 }).waitFor();
    await run("read");
    expect(await readFile(output, "utf8")).toBe(`you ${saved}`);
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByRole("button", { name: "Replace Password" }).click();
    await page.getByLabel(/^Password/).fill(typed);
    await page.getByRole("button", { name: "Save the block" }).click();
    await page.getByRole("heading", { name: "main", level: 1 }).waitFor();
    await run("read");
    expect(await readFile(output, "utf8")).toBe(`you ${typed}`);
    await rm(output);

    const serving = spawn(command, [join(folder, file), "serve"], { cwd: folder, env, stdio: "ignore" });
    const ended = once(serving, "close");
    try {
      const deployments = () => site.client.call(filterDeployments, { body: {} });
      await expect.poll(async () => (await deployments()).length, { timeout: 60_000 }).toBe(1);
      const [deployment] = await deployments();
      await page.goto(`${site.origin}/deployments/${deployment?.id}/run`);
      const choice = page.getByRole("combobox", { name: "login" });
      await choice.locator("option", { hasText: "main" }).waitFor({ state: "attached" });
      await choice.selectOption({ label: "main" });
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.waitForURL(/\/runs\/flow-run\//);
      await page.getByText("Completed", { exact: true }).first().waitFor({ timeout: 60_000 });
      expect(await readFile(output, "utf8")).toBe(`you ${typed}`);
    } finally {
      serving.kill();
      await ended;
    }
    const told = (await Promise.all(answers)).join("\n");
    expect(told).not.toContain(saved);
    expect(told).not.toContain(typed);
    expect(problems).toEqual([]);
    await close();
  },
  240_000,
);
