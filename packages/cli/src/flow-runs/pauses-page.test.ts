import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freePort, workplace } from "../../test/command.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/** The programs of the page, by the names in their first lines. */
function programs(): ReadonlyMap<string, string> {
  const page = readFileSync(join(repository, "docs/pauses.md"), "utf8");
  const found = [...page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)];
  return new Map(found.map(([, name = "", program = ""]) => [name, program]));
}

test("the programs of the page about waiting for people do what the page says", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const place = workplace({ OSTINATO_API_URL: `http://127.0.0.1:${port}/api` });
  symlinkSync(join(repository, "node_modules"), join(place.folder, "node_modules"), "junction");
  for (const [name, program] of programs()) place.write(name, program);
  const resultOf = (stdout: string) => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "").result;
  await place.run("server", "start", "--background", "--port", String(port));
  try {
    const publishing = place.start("run", "publish.ts", "--json");
    await publishing.printed("Resume it: http://");
    const { stdout } = await place.run("flow-run", "ls", "--state", "paused", "--json");
    const [{ name }] = JSON.parse(stdout);
    expect((await place.run("flow-run", "resume", name, "--input", "approved=true")).stdout).toContain("goes on");
    expect(resultOf((await publishing.finished).stdout)).toBe("published: looks right");

    const greeting = place.start("run", "greeter.ts:greeter", "--json");
    await greeting.printed("started flow");
    const runs = await place.run("flow-run", "ls", "--flow", "greeter", "--json");
    const [{ id }] = JSON.parse(runs.stdout);
    const visit = (visitor: string) =>
      place.run("run", "greeter.ts:visitor", "-p", `greeterId=${id}`, "-p", `name=${visitor}`, "--json");
    expect(resultOf((await visit("Kim")).stdout)).toBe("Hello, Kim!");
    expect(resultOf((await visit("the last one")).stdout)).toBe("Hello, the last one!");
    expect((await greeting.finished).code).toBe(0);
  } finally {
    await place.run("server", "stop");
  }
});
