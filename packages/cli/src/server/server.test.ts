import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer, type Server as NetServer } from "node:net";
import { join } from "node:path";
import { createServer, readConfig } from "@ostinato/server";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, workplace } from "../../test/command.ts";
import { isAlive } from "./registration.ts";

async function occupy(server: NetServer): Promise<number> {
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  onTestFinished(() => void server.close());
  return port;
}

describe("in the background", () => {
  test("starts, is seen, names itself to a second one, and stops", async () => {
    const place = workplace();
    const port = String(await freePort());
    expect(await place.run("server", "status")).toMatchObject({ code: 3 });

    // Nothing is left running where an expectation fails. Before the folder goes, by which the server is found.
    onTestFinished(async () => void (await place.run("server", "stop")));
    const started = await place.run("server", "start", "--background", "--port", port);
    expect(started).toMatchObject({ code: 0, stderr: "" });
    expect(started.stdout.trim().split("\n")).toHaveLength(2);
    expect(started.stdout).toContain(`http://127.0.0.1:${port}`);
    expect(started.stdout).toContain(join(place.home, "ostinato.db"));

    const status = await place.run("server", "status", "--json");
    expect(status.code).toBe(0);
    const { running, servers } = JSON.parse(status.stdout);
    expect({ running, servers }).toMatchObject({
      running: true,
      servers: [{ url: `http://127.0.0.1:${port}`, running: true, database: "sqlite", pid: expect.any(Number) }],
    });

    const second = await place.run("server", "start", "--port", port);
    expect(second).toMatchObject({ code: 1, stdout: "" });
    expect(second.stderr).toMatch(
      new RegExp(
        `^Error: Port ${port} is taken by an Ostinato server \\(.* on sqlite, running for .*\\)\\. Use that one at http://127\\.0\\.0\\.1:${port}/, or choose another port: ostinato server start --port \\d+$`,
        "m",
      ),
    );

    expect(await place.run("server", "stop")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Stopped the server"),
    });
    expect(isAlive(servers[0].pid)).toBe(false);
    expect(readdirSync(place.home).filter((name) => name.startsWith("server-") && name.endsWith(".json"))).toEqual([]);
    expect(await place.run("server", "stop")).toMatchObject({ code: 3 });
  });

  test("whose database file is removed: what it has open is saved, and put in its place", async () => {
    const place = workplace();
    onTestFinished(async () => void (await place.run("server", "stop")));
    const { stdout } = await place.run("server", "start", "--background", "--json", "--port", String(await freePort()));
    const { url } = JSON.parse(stdout);
    const api = { OSTINATO_API_URL: `${url}/api` };
    await fetch(`${url}/api/flows/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"kept"}',
    });
    const refused = await place.runWith({ env: api }, "server", "save");
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("ostinato server backup") });

    const file = join(place.home, "ostinato.db");
    for (const ending of ["", "-wal", "-shm"]) rmSync(file + ending);
    const saved = JSON.parse((await place.runWith({ env: api }, "server", "save", "--json")).stdout);
    expect(saved.file).toContain(`${file}.saved-`);
    expect(await place.run("server", "stop")).toMatchObject({ code: 0 });
    expect(await place.run("server", "restore", saved.file)).toMatchObject({ code: 0 });
    expect((await place.run("flow", "ls")).stdout).toContain("kept");
    expect(await place.run("server", "save")).toMatchObject({ code: 3 });
  });

  test("tells of a start that failed, by the same sentence", async () => {
    const place = workplace({ OSTINATO_DATABASE_URL: "postgresql://me:hidden@127.0.0.1:1/x" });
    const { code, stdout, stderr } = await place.run("server", "start", "--background", "--port", "0");
    expect(stderr).toBe(
      "Error: PostgreSQL does not answer at 127.0.0.1:1: the connection was refused. Start it, or check OSTINATO_DATABASE_URL.\n",
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});

test.each(["SIGTERM", "SIGINT"] as const)("%s stops it gracefully", async (signal) => {
  const place = workplace();
  const server = place.start("server", "start", "--port", "0", "--json");
  await server.printed('"url"');
  const [file = ""] = readdirSync(place.home).filter((name) => /^server-\d+\.json$/.test(name));
  expect(JSON.parse(readFileSync(join(place.home, file), "utf8"))).toMatchObject({ pid: server.child.pid });
  server.child.kill(signal);
  expect(await server.finished).toMatchObject({ code: 0 });
  expect(existsSync(join(place.home, file))).toBe(false);
});

test("a process that is not ours is left alone, and a file that a killed server left is no server", async () => {
  const place = workplace();
  const killed = place.start("server", "start", "--port", "0");
  await killed.printed("Database");
  killed.child.kill("SIGKILL");
  await killed.finished;
  expect(await place.run("server", "stop")).toMatchObject({ code: 3 });

  // This process is alive, and runs no server.
  const registration = { pid: process.pid, port: 1, url: "http://127.0.0.1:1", database: "", version: "", started: "" };
  writeFileSync(join(place.home, "server-1.json"), JSON.stringify(registration));
  const { code, stderr } = await place.run("server", "stop");
  expect(stderr).toContain(`Process ${process.pid} does not look like the Ostinato server`);
  expect(code).toBe(1);
});

describe("what can't be started is said in a sentence", () => {
  const start = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await workplace(env).run("server", "start", "--port", "0", ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    // Besides the server's log, which is JSON.
    const said = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
    expect(said).toHaveLength(1);
    return `${said[0]}\n`;
  };

  test("a port that another web server has", async () => {
    const port = await occupy(createHttpServer((_, response) => response.end("hello")));
    expect(await start({}, "--port", String(port))).toContain(
      `Port ${port} is taken by a web server that is not Ostinato. End it, or`,
    );
  });

  test("a port that another program has", async () => {
    const port = await occupy(createTcpServer((socket) => socket.end("220 welcome\r\n")));
    expect(await start({}, "--port", String(port))).toContain(`Port ${port} is taken by another program.`);
  });

  test("an address that this machine does not have", async () => {
    expect(await start({}, "--host", "203.0.113.7")).toContain("This machine has no address 203.0.113.7 to listen on.");
  });

  test("a home folder below a file", async () => {
    const place = workplace();
    const file = place.write("file", "");
    const home = join(file, "home");
    expect(await start({ OSTINATO_HOME: home })).toBe(
      `Error: ${home} is below something that is not a folder, so the database can't be kept there. Name a folder of yours in OSTINATO_HOME.\n`,
    );
  });

  test.runIf(process.platform === "linux")("a home folder where nothing can be made", async () => {
    expect(await start({ OSTINATO_HOME: "/proc/nowhere/home" })).toContain("Name a folder of yours in OSTINATO_HOME.");
  });

  test("a file that is no database", async () => {
    const file = workplace().write("notes.txt", "not a database, but long enough to be read as one ".repeat(40));
    expect(await start({ OSTINATO_DATABASE_URL: `sqlite://${file}` })).toContain(
      `The database file ${file} is not a SQLite database.`,
    );
  });

  test.each([
    ["OSTINATO_SERVER_PORT", "many", "is not a whole number from 0 to 65535"],
    ["OSTINATO_DATABASE_URL", "mysql://x", "is neither sqlite:///… nor postgresql://…"],
    ["OSTINATO_DATABASE_URL", "mysql://me:s3cret@db/x", "is neither sqlite:///… nor postgresql://…"],
    ["OSTINATO_DATABASE_URL", "postgres//me:s3cret@db/x", "is neither sqlite:///… nor postgresql://…"],
    ["OSTINATO_DATABASE_URL", "postgresql://me:s3cret@db:port/x", "is not a valid address"],
  ])("%s=%s", async (name, value, says) => {
    const { code, stdout, stderr } = await workplace({ [name]: value }).run("server", "start");
    expect(stderr).toContain(`Error: ${name}=${JSON.stringify(value.replace("s3cret", "********"))} ${says}`);
    expect(stdout + stderr).not.toContain("s3cret");
    expect(code).toBe(1);
  });
});

describeOnEachDatabase("the database", (database) => {
  test("is upgraded, found up to date, and emptied", async () => {
    const { url } = await database.another();
    const place = workplace({ OSTINATO_DATABASE_URL: url });
    const first = await place.run("server", "database", "upgrade", "--json");
    expect(JSON.parse(first.stdout).applied).toContain("0001-foundation");
    expect((await place.run("server", "database", "upgrade")).stdout).toContain("is up to date");

    const unasked = await place.run("server", "database", "reset");
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining("add --yes") });
    expect(await place.run("server", "database", "reset", "-y")).toMatchObject({ code: 0 });
  });

  test("of a newer version is left alone", async () => {
    const { url } = await database.another();
    const server = await createServer({
      config: readConfig({ OSTINATO_DATABASE_URL: url, OSTINATO_LOG_LEVEL: "silent" }),
    });
    await server.context.db.execute("INSERT INTO migration (name, applied) VALUES ('9999-from-the-future', 1)");
    await server.stop();
    const place = workplace({ OSTINATO_DATABASE_URL: url });
    const { code, stdout, stderr } = await place.run("server", "start", "--port", "0");
    expect(stderr).toContain("Error: The database has been upgraded by a newer Ostinato (9999-from-the-future).");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});
