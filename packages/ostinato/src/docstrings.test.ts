import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The examples in the docstrings of a folder, by the place where they stand. */
async function examplesIn(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
    const text = await readFile(join(folder, file), "utf8");
    for (const [index, [, block = ""]] of [...text.matchAll(/ \* ```ts\n([\s\S]*?) \* ```/g)].entries()) {
      found.set(`${file.replace(".ts", "").replaceAll(sep, "-")}-${index}.ts`, block.replaceAll(/^ \* ?/gm, ""));
    }
  }
  return found;
}

test("the examples in the docstrings compile", async () => {
  const entries = await readdir(join(root, "integrations"), { withFileTypes: true });
  const integrations = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const folders = ["packages/sdk", "packages/testing", ...integrations.map((name) => `integrations/${name}`)];
  const examples = new Map<string, string>();
  for (const folder of folders) {
    for (const [name, text] of await examplesIn(join(root, folder, "src"))) {
      examples.set(`${folder.replaceAll("/", "-")}-${name}`, text);
    }
  }
  expect(examples.size).toBeGreaterThan(8);
  const folder = await mkdtemp(join(tmpdir(), "ostinato-examples-"));
  try {
    await mkdir(join(folder, "src"));
    for (const [name, text] of examples) await writeFile(join(folder, "src", name), text);
    const config = {
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: {
        module: "esnext",
        moduleResolution: "bundler",
        noUnusedLocals: false,
        typeRoots: [join(root, "node_modules/@types")],
        // The entry file passes on all of the SDK; with it the compiler would look at the server too.
        paths: {
          ostinato: [join(root, "packages/sdk/src/index.ts")],
          "ostinato/automations": [join(root, "packages/sdk/src/automations/index.ts")],
          "ostinato/config": [join(root, "packages/ostinato/src/config.ts")],
          "ostinato/integration": [join(root, "packages/sdk/src/integration.ts")],
          // Schemas are given with the library of the user's choice.
          zod: [join(root, "node_modules/zod")],
          "ostinato/testing": [join(root, "packages/testing/src/index.ts")],
          ...Object.fromEntries(
            integrations.map((name) => [`@ostinato/${name}`, [join(root, "integrations", name, "src/index.ts")]]),
          ),
        },
      },
      include: ["src"],
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/.bin/tsc");
    const checked = promisify(execFile)(tsc, ["-p", folder], { cwd: root }).catch((error: { stdout: string }) => error);
    expect((await checked).stdout).toBe("");
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);
