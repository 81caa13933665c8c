import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../product.ts";

/**
 * The schema of Compose, and Hadolint for Dockerfiles, come from PyPI, by `requirements.txt`; their Python stands in CONTAINER_FILES_PYTHON.
 * Without it these tests skip.
 */
const python = process.env.CONTAINER_FILES_PYTHON;

const composeFiles = globSync("{docker,examples/*}/compose.yaml", { cwd: repository });
const dockerfiles = globSync("{docker,examples/*}/Dockerfile", { cwd: repository });

function checkCompose(text: string) {
  const args = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "--default-filetype", "yaml", "-"];
  const { status, stdout } = spawnSync(python ?? "", args, { input: text, encoding: "utf8" });
  return { status, stdout };
}

function checkDockerfile(text: string) {
  const hadolint = join(python ?? "", "../hadolint");
  const { status, stdout } = spawnSync(hadolint, ["--no-color", "--failure-threshold", "style", "-"], {
    input: text,
    encoding: "utf8",
  });
  return { status, stdout };
}

test("the image and the example have a Dockerfile and a Compose file", () => {
  expect(composeFiles).toEqual(expect.arrayContaining(["docker/compose.yaml", "examples/workers/compose.yaml"]));
  expect(dockerfiles).toEqual(expect.arrayContaining(["docker/Dockerfile", "examples/workers/Dockerfile"]));
});

test.skipIf(python === undefined).each(composeFiles)("%s keeps to the schema of Compose", (file) => {
  const text = readFileSync(join(repository, file), "utf8");
  expect(checkCompose(text)).toMatchObject({ status: 0 });
  const misspelt = text.replace("depends_on:", "depend_on:");
  expect(misspelt).not.toBe(text);
  expect(checkCompose(misspelt)).toMatchObject({ status: 1, stdout: expect.stringContaining("depend_on") });
});

test.skipIf(python === undefined).each(dockerfiles)("%s has nothing that Hadolint finds", (file) => {
  const text = readFileSync(join(repository, file), "utf8");
  expect(checkDockerfile(text)).toEqual({ status: 0, stdout: "" });
  const shellForm = text.replace(/^CMD .*$/m, "CMD ostinato --help");
  expect(shellForm).not.toBe(text);
  expect(checkDockerfile(shellForm)).toMatchObject({ status: 1, stdout: expect.stringContaining("CMD") });
});
