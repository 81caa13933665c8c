import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort, workplace } from "../../test/command.ts";

test("a running server's database is backed up, and restored when it has stopped", async () => {
  const place = workplace();
  const port = String(await freePort());
  onTestFinished(async () => void (await place.run("server", "stop")));
  await place.run("server", "start", "--background", "--port", port);
  const post = (name: string) =>
    fetch(`http://127.0.0.1:${port}/api/flows/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
  await post("before");
  const backup = join(place.folder, "backups", "flows.db");
  const made = await place.run("server", "backup", backup);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(
    /^Backed up .*ostinato\.db to .*flows\.db: [\d.]+ [kM]B, in .+\nThe copy was read from end to end/,
  );
  await post("after");

  const again = await place.run("server", "backup", backup);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("exists already") });
  const refused = await place.run("server", "restore", backup);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    new RegExp(
      `A server runs on .*: http://127\\.0\\.0\\.1:${port} \\(process \\d+\\)\\. Stop it first: ostinato server stop --port ${port}`,
    ),
  );

  await place.run("server", "stop");
  const restored = await place.run("server", "restore", backup, "--json");
  expect(restored.code).toBe(0);
  const { previous, schema, bytes } = JSON.parse(restored.stdout);
  expect({ schema, bytes }).toEqual({ schema: expect.stringMatching(/^\d{4}-/), bytes: expect.any(Number) });
  expect(previous).toMatch(/ostinato\.db\.before-restore-\d{14}$/);
  const flows = async (url?: string) => {
    const env = url === undefined ? {} : { OSTINATO_DATABASE_URL: url };
    const { stdout } = await place.runWith({ env }, "flow", "ls", "--json");
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
  };
  expect(await flows()).toEqual(["before"]);
  expect(await flows(`sqlite://${previous}`)).toEqual(["after", "before"]);
  expect(readdirSync(place.home).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test.each([
  {
    args: ["backup", "x.dump"],
    says: "pg_dump --format=custom --file=x.dump 'postgresql://me:********@db.example.org/o'",
  },
  {
    args: ["restore", "x.dump"],
    says: "pg_restore --clean --if-exists --dbname='postgresql://me:********@db.example.org/o' x.dump",
  },
  { args: ["database", "vacuum"], says: "--command='VACUUM (VERBOSE, ANALYZE)'" },
])("on PostgreSQL, $args says which of its tools does it", async ({ args, says }) => {
  const place = workplace({ OSTINATO_DATABASE_URL: "postgresql://me:hidden@db.example.org/o" });
  const { code, stderr } = await place.run("server", ...args);
  expect(stderr).toContain(says);
  expect(stderr).not.toContain("hidden");
  expect(code).toBe(1);
});

test("what is no backup is said to be none, and the database stays", async () => {
  const place = workplace();
  const file = place.write("notes.txt", "milk, bread, and a database");
  const { code, stderr } = await place.run("server", "restore", file);
  expect(stderr).toContain(`${file} is not a SQLite database. Give a file that "ostinato server backup" wrote.`);
  expect(code).toBe(1);
});

test("without a database yet, a backup says so", async () => {
  const place = workplace();
  const { code, stderr } = await place.run("server", "backup", join(place.folder, "b.db"));
  expect(stderr).toContain(`There is no database at ${join(place.home, "ostinato.db")} yet.`);
  expect(code).toBe(1);
});

test("retention shows its times and what would go, and lets it go", async () => {
  const place = workplace({ OSTINATO_RETENTION_EVENTS: "1h", OSTINATO_RETENTION_RUNS: "never" });
  const shown = await place.run("server", "retention");
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(shown.stdout).toMatch(/^events +1h +OSTINATO_RETENTION_EVENTS$/m);
  expect(shown.stdout).toMatch(/^finished runs +never removed +OSTINATO_RETENTION_RUNS$/m);
  expect(shown.stdout).toContain("Now nothing would be removed.");
  const run = await place.run("server", "retention", "--run", "--json");
  expect(JSON.parse(run.stdout)).toMatchObject({ outcome: "complete", removed: { events: 0, flow_runs: 0 } });
  const after = JSON.parse((await place.run("server", "retention", "--json")).stdout);
  expect(after).toMatchObject({ running: false, last: { outcome: "complete" }, would_remove: { events: 0 } });

  const wrong = await place.runWith({ env: { OSTINATO_RETENTION_EVENTS: "7" } }, "server", "retention");
  expect(wrong.stderr).toContain('OSTINATO_RETENTION_EVENTS="7" is neither a duration of an hour or more');
});

test("vacuum says what it takes and what it gave", async () => {
  const place = workplace();
  await place.run("flow", "ls");
  const { code, stdout, stderr } = await place.run("server", "database", "vacuum");
  expect(stderr).toContain("needs as much disk space again");
  expect(stdout).toMatch(/ostinato\.db takes [\d.]+ [kM]B, before [\d.]+ [kM]B; done in/);
  expect(code).toBe(0);
  writeFileSync(join(place.home, "ostinato.db"), "no database any more");
  expect((await place.run("server", "database", "vacuum")).stderr).toContain("is not a SQLite database");
});
