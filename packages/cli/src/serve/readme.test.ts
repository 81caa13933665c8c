import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freePort, workplace } from "../../test/command.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/** The programs of the README, in order. */
function programsOfReadme(): readonly string[] {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, program = ""]) => program);
}

test("the README's program serves its flow as the README says", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const place = workplace({ OSTINATO_API_URL: `http://127.0.0.1:${port}/api` });
  symlinkSync(join(repository, "node_modules"), join(place.folder, "node_modules"), "junction");
  const [report = "", nightly = ""] = programsOfReadme();
  place.write("report.ts", report);
  place.write("nightly.ts", nightly);
  await place.run("server", "start", "--background", "--port", String(port));
  const serving = spawn(process.execPath, ["nightly.ts"], {
    cwd: place.folder,
    env: place.env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(serving, "exit");
  try {
    let said = "";
    for await (const part of serving.stderr.iterator({ destroyOnReturn: false })) {
      said += String(part);
      if (said.includes("next at")) break;
    }
    expect(said).toContain("report/nightly, every day at 02:00 (Asia/Seoul), next at ");
    const { stdout } = await place.run("deployment", "inspect", "report/nightly", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      status: "READY",
      parameter_openapi_schema: { properties: { months: { default: ["2021-01", "2021-02"] } } },
    });
  } finally {
    serving.kill("SIGTERM");
    await ended;
    await place.run("server", "stop");
  }
});
