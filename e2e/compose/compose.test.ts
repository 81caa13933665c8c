import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../product.ts";

/** The schema of Compose comes with a program in Python, which `requirements.txt` names; its Python stands in COMPOSE_PYTHON. Without it these tests skip. */
const python = process.env.COMPOSE_PYTHON;

const files = globSync("examples/*/compose.yaml", { cwd: repository });

function check(text: string) {
  const args = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "--default-filetype", "yaml", "-"];
  const { status, stdout } = spawnSync(python ?? "", args, { input: text, encoding: "utf8" });
  return { status, stdout };
}

test("an example has a Compose file", () => {
  expect(files).toContain("examples/workers/compose.yaml");
});

test.skipIf(python === undefined).each(files)("%s keeps to the schema of Compose", (file) => {
  const text = readFileSync(join(repository, file), "utf8");
  expect(check(text)).toMatchObject({ status: 0 });
  const misspelt = text.replace("depends_on:", "depend_on:");
  expect(misspelt).not.toBe(text);
  expect(check(misspelt)).toMatchObject({ status: 1, stdout: expect.stringContaining("depend_on") });
});
