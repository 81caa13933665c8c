import { execFile } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type S3Server, startS3Server } from "@ostinato/testing/s3-server";
import { type Group, group, type Work } from "../group.ts";
import { amount } from "../row.ts";

interface Stage {
  readonly server: S3Server;
  readonly folder: string;
}

interface Transfer {
  readonly seconds: number;
  readonly megabytes: number;
}

const program = fileURLToPath(new URL("../programs/buckets.ts", import.meta.url));

/** Large files to and from a bucket, beside AWS's own client. No database is asked. */
export const buckets: Group = group<Stage>({
  name: "buckets",
  async open() {
    const folder = await mkdtemp(join(tmpdir(), "ostinato-bench-buckets-"));
    return { folder, server: await startS3Server("bench") };
  },
  async close({ server, folder }) {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  },
  works: [transfers("upload", "upload of 1 GB to a bucket"), transfers("download", "download of 1 GB from a bucket")],
});

function transfers(verb: "upload" | "download", row: string): Work<Stage> {
  return {
    rows: [
      { row, unit: "s" },
      { row: `${row}, by AWS's client`, unit: "s" },
      { row: `memory above idle of the ${row}`, unit: "MB" },
    ],
    how: (effort) =>
      `${amount(effort, 1024)} MiB between a file and a store on this machine (s3rver), in a process of its own for each; memory is the largest resident set, looked at every 20 ms, less that after a small object`,
    async measure(stage, effort) {
      const file = join(stage.folder, verb);
      const handle = await open(file, "w");
      await handle.truncate(amount(effort, 1024) * 1024 * 1024);
      await handle.close();
      if (verb === "download") await transfer(stage, ["plain", "upload", file]);
      const plain = await transfer(stage, ["plain", verb, file]);
      const ours = await transfer(stage, ["ours", verb, file]);
      return [[ours.seconds], [plain.seconds], [ours.megabytes]];
    },
  };
}

async function transfer({ server }: Stage, args: readonly string[]): Promise<Transfer> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    env: { ...process.env, ...server.environment },
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Transfer;
}
