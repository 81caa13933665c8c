import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Group, group, type Work } from "../group.ts";
import { answered, connect, load } from "../http-load.ts";
import { type Installed, installPacked } from "../installed.ts";
import { amount, type Effort, repeat } from "../row.ts";
import { startTarget, type Target } from "../target.ts";

interface Stage {
  readonly target: Target;
  /** Packs and installs on the first call. */
  readonly installed: () => Promise<Installed>;
  close(): Promise<void>;
}

const megabyte = 1024 * 1024;

/** The basic costs of a server. */
export const processes: Group = group<Stage>({
  name: "process",
  async open(target) {
    let installing: Promise<Installed> | undefined;
    return {
      target,
      installed() {
        installing ??= installPacked();
        return installing;
      },
      close: async () => (await installing?.catch(() => undefined))?.remove(),
    };
  },
  close: (stage) => stage.close(),
  works: [
    {
      ...starts("", ({ target }) => target.another()),
      peers: true,
    },
    {
      ...starts(", packed", startPacked),
      long: true,
      notice: () => "packing the product, and installing it in an empty folder",
    },
    {
      rows: [{ row: "start of a script with its own server, packed", unit: "ms" }],
      long: true,
      how: () =>
        "a script of the packed product that runs a flow of one task, with the server in its own process on an empty database: from the first import to the flow's start",
      measure: async (stage, effort) => [await inProcessStarts(stage, effort)],
    },
    {
      rows: [
        { row: "whole script with a server, by bare Node with zod", unit: "×" },
        { row: "whole script without a server, by bare Node with zod", unit: "×" },
      ],
      long: true,
      how: () =>
        "from the start to the exit of `node script.mjs` with a flow of one task and zod, of the packed product, divided by that of a script that only uses zod, started right before it; without a server it runs one in its own process, on a database that is there already",
      measure: (stage, effort) => wholeScripts(stage, effort),
    },
    {
      rows: [
        { row: "size of the package", unit: "MB" },
        { row: "size of the package with all that it needs", unit: "MB" },
      ],
      long: true,
      how: () =>
        "npm install of the tarball in an empty folder: the files of node_modules/ostinato, and of all of node_modules",
      async measure(stage) {
        const { packageBytes, bytes } = await stage.installed();
        return [[packageBytes / megabyte], [bytes / megabyte]];
      },
    },
    {
      rows: [{ row: "memory of a server after a load", unit: "MB" }],
      peers: true,
      how: (effort) =>
        `resident set after all rows before this one and ${amount(effort, 10_000)} more creates from 16 connections`,
      async measure({ target }, effort) {
        const server = connect(target.apiUrl, 16);
        const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench-memory" });
        const create = () => server.send("POST", "/flow_runs/", { flow_id: flow.id });
        await load(amount(effort, 10_000), 16, () => answered(target, create));
        server.close();
        return [[(await target.residentBytes()) / megabyte]];
      },
    },
  ],
});

function starts(suffix: string, start: (stage: Stage) => Promise<Target>): Work<Stage> {
  return {
    rows: [
      { row: `server start to healthy${suffix}`, unit: "ms" },
      { row: `memory of an idle server${suffix}`, unit: "MB" },
    ],
    how: () =>
      `from the start of the process until GET /health answers true, asked every 5 ms; the resident set right after it; ${suffix === "" ? "from source" : "the packed product, installed"}`,
    async measure(stage, { runs }) {
      const all = await repeat(runs, async () => {
        const started = await start(stage);
        const memory = (await started.residentBytes()) / megabyte;
        await started.stop();
        return { millis: started.startMillis, memory };
      });
      return [all.map(({ millis }) => millis), all.map(({ memory }) => memory)];
    },
  };
}

async function startPacked({ target, installed }: Stage): Promise<Target> {
  const { command } = await installed();
  const { database, databaseUrl } = target;
  return startTarget({ database, command, ...(database === "sqlite" ? {} : { databaseUrl }) });
}

const programs = ["bare-script.mjs", "whole-script.mjs"] as const;

async function wholeScripts({ target, installed }: Stage, { runs }: Effort): Promise<(readonly number[])[]> {
  const { folder } = await installed();
  for (const name of programs)
    await copyFile(fileURLToPath(new URL(`../programs/${name}`, import.meta.url)), join(folder, name));
  const zod = fileURLToPath(new URL("../../../node_modules/zod", import.meta.url));
  await symlink(zod, join(folder, "node_modules/zod")).catch(unlessThere);
  const home = await mkdtemp(join(tmpdir(), "ostinato-bench-home-"));
  const env = { ...process.env, OSTINATO_HOME: home, OSTINATO_SERVER_PORT: "1", OSTINATO_LOG_LEVEL: "off" };
  const take = async (name: (typeof programs)[number], more: Readonly<Record<string, string>>) => {
    const begun = performance.now();
    await promisify(execFile)(process.execPath, [join(folder, name)], { env: { ...env, ...more } });
    return performance.now() - begun;
  };
  const byBare = async (more: Readonly<Record<string, string>>) => {
    const bare = await take("bare-script.mjs", {});
    return (await take("whole-script.mjs", more)) / bare;
  };
  const withServer = { OSTINATO_API_URL: target.apiUrl };
  for (const more of [withServer, {}]) await byBare(more); // The first run creates the database and Node's caches.
  const ratios = [await repeat(runs * 5, () => byBare(withServer)), await repeat(runs * 5, () => byBare({}))];
  await rm(home, { recursive: true, force: true });
  return ratios;
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

const script = fileURLToPath(new URL("../programs/in-process.mjs", import.meta.url));

async function inProcessStarts({ installed }: Stage, { runs }: Effort): Promise<readonly number[]> {
  const { folder } = await installed();
  const program = join(folder, "in-process.mjs");
  await copyFile(script, program);
  return repeat(runs, async () => {
    const home = await mkdtemp(join(tmpdir(), "ostinato-bench-home-"));
    // Keeps programs from finding a server on the default address.
    const env = { ...process.env, OSTINATO_HOME: home, OSTINATO_SERVER_PORT: "1", OSTINATO_LOG_LEVEL: "off" };
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    await rm(home, { recursive: true, force: true });
    return (JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { millis: number }).millis;
  });
}
