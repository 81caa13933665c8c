import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "@ostinato/server/config";
import { createInProcessServer, type InProcessServer } from "@ostinato/server/in-process";
import { afterAll, beforeAll, expect, test } from "vitest";

let home: string;
let server: InProcessServer;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "ostinato-in-process-"));
  server = await createInProcessServer({ config: readConfig({ OSTINATO_HOME: home, OSTINATO_LOG_LEVEL: "silent" }) });
});

afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true });
});

const packages = fileURLToPath(new URL("../..", import.meta.url));

/** Every operation that programs call, by the names that stand in their sources. */
async function namedOperations(): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const file of glob("{sdk,client}/src/**/*.ts", { cwd: packages })) {
    if (file.endsWith(".test.ts")) continue;
    const source = await readFile(join(packages, file), "utf8");
    for (const [, name = ""] of source.matchAll(/call<typeof \w+>\(\s*"([A-Z]+ [^"]+)"/g)) found.add(name);
  }
  return [...found];
}

test("a server inside a program answers every operation that the SDK calls", async () => {
  const operations = await namedOperations();
  expect(operations.length).toBeGreaterThan(15);
  const answers = await Promise.all(
    operations.map(async (operation) => {
      const [method = "", path = ""] = operation.split(" ");
      const asked = path.replaceAll(/\{\w+\}/g, "64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d");
      const { status, body } = await server.handle({ method, path: asked });
      return { operation, isUnknown: status === 404 && body === '{"detail":"Not Found"}' };
    }),
  );
  expect(answers.filter(({ isUnknown }) => isUnknown)).toEqual([]);
});
