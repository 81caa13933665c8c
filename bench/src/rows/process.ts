import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
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

/** What it costs to have a server at all. */
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

const script = fileURLToPath(new URL("../programs/in-process.mjs", import.meta.url));

async function inProcessStarts({ installed }: Stage, { runs }: Effort): Promise<readonly number[]> {
  const { folder } = await installed();
  const program = join(folder, "in-process.mjs");
  await copyFile(script, program);
  return repeat(runs, async () => {
    const home = await mkdtemp(join(tmpdir(), "ostinato-bench-home-"));
    // A server that somebody has on the usual address must not be found.
    const env = { ...process.env, OSTINATO_HOME: home, OSTINATO_SERVER_PORT: "1", OSTINATO_LOG_LEVEL: "off" };
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    await rm(home, { recursive: true, force: true });
    return (JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { millis: number }).millis;
  });
}
