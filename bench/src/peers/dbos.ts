import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder, folderMadeOnce } from "@ostinato/testing/cache";
import { runProgram } from "../flow-program.ts";
import { type Group, group } from "../group.ts";
import { messageOf } from "../row.ts";
import { flowWork } from "../rows/flow-work.ts";
import type { Target } from "../target.ts";

const version = "5.3.0";
const program = fileURLToPath(new URL("../programs/dbos.ts", import.meta.url));

/** A step of DBOS is durable when it returns, so the client's view equals the database's. */
const steps: Group = group<Target>({
  name: "flows",
  open: async (target) => target,
  close: () => {},
  works: flowWork(async ({ flows }, size, mode) => {
    const { seconds } = await runProgram(flows, [String(size), mode]);
    return { seconds, seen: seconds };
  }),
});

/** The same flows as workflows of steps, on the same PostgreSQL. */
export async function onDbos(
  { databaseUrl, ...target }: Target,
  measure: (group: Group, target: Target) => Promise<void>,
): Promise<void> {
  const folder = await install();
  if (folder === undefined) return;
  const url = new URL(databaseUrl);
  url.pathname = "/dbos_bench";
  const env = { DBOS_FOLDER: folder, DBOS_DATABASE_URL: url.href };
  const flows = { program: process.execPath, args: [program], env };
  await measure(steps, { ...target, databaseUrl: url.href, name: "dbos", peer: true, flows });
}

/** Installs DBOS into the cache folder once; undefined, with a message, where that fails. */
async function install(): Promise<string | undefined> {
  const kept = join(cacheFolder, `bench-dbos-${version}`);
  try {
    return await folderMadeOnce(kept, async (folder) => {
      console.log(`… installing DBOS, once; kept in ${kept}`);
      await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
      await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", `@dbos-inc/dbos-sdk@${version}`], {
        cwd: folder,
        shell: process.platform === "win32",
      });
    });
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    console.log(`DBOS is left out, since it can't be installed: ${reason}`);
    return undefined;
  }
}
