import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { defineDriver } from "./driver.ts";
import { driverTypes, importDriver, loadDriver } from "./load-driver.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-load-driver-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A project that has a package of that name with this program. */
function projectWith(name: string, program: string): string {
  const project = mkdtempSync(join(folder, "project-"));
  const own = join(project, "node_modules", name);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }));
  writeFileSync(join(own, "index.js"), program);
  return project;
}

test("the driver of processes is always there", async () => {
  expect((await loadDriver("process", folder)).type).toBe("process");
  expect(driverTypes()).toEqual(["process", "docker"]);
});

test("a driver of a package is that of the project", async () => {
  const project = projectWith("@ostinato/docker", 'export const own = { type: "docker", open: async () => "opened" };');
  const { open } = await loadDriver("docker", project);
  expect(await open({} as never)).toBe("opened");
});

test("a package that is not installed is told with the command that installs it", async () => {
  const wanted = { type: "nomad", packageName: "@ostinato/nomad", projectFolder: folder };
  await expect(importDriver(wanted)).rejects.toThrow(
    "Work pools of this type need the package @ostinato/nomad, which is not installed: npm install @ostinato/nomad",
  );
});

test("a package that does not have the driver is named", async () => {
  const project = projectWith("@ostinato/docker", "export const other = 1;");
  await expect(loadDriver("docker", project)).rejects.toThrow('@ostinato/docker has no driver of type "docker"');
});

test("what is wrong inside a package is not said to be a package that is missing", async () => {
  const project = projectWith("@ostinato/docker", 'import "missing-dependency";');
  await expect(loadDriver("docker", project)).rejects.toThrow("missing-dependency");
});

test("a type without a driver is told with those that have one", async () => {
  await expect(loadDriver("dockre", folder)).rejects.toThrow(/type "dockre"\..*docker.*There are: process, docker\./);
});

test("a definition without a type or a function is refused", () => {
  expect(() => defineDriver({ type: "", open: async () => ({}) as never })).toThrow(
    "defineDriver() needs a type and a function",
  );
});
