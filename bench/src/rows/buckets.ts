import { execFile } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { pythonWith } from "@ostinato/testing/python-packages";
import { startMoto, startServerProcess } from "@ostinato/testing/python-servers";
import { type Group, group, type Work } from "../group.ts";
import { amount, repeat } from "../row.ts";

interface Transfer {
  readonly seconds: number;
  readonly megabytes: number;
}

interface Store {
  readonly url: string;
  stop(): Promise<void>;
}

interface Kind {
  /** What rows say, "to S3". */
  readonly name: string;
  /** How it is meant in the method. */
  readonly how: string;
  readonly client: "s3" | "gcs";
  /** At most so many. */
  readonly runs?: number;
  readonly start: (bytes: number) => Promise<Store>;
}

const programs = fileURLToPath(new URL("../programs/", import.meta.url));
const requirements = fileURLToPath(new URL("../../../integrations/requirements.txt", import.meta.url));
const mebibytes = 1024;
const name = "bench";

const ownStore = (bytes: number) =>
  startServerProcess(process.execPath, [join(programs, "store.ts"), String(bytes), "1000"]);
const own =
  "a store that keeps only the sizes of objects (bench/src/programs/store.ts), so that the client is the bound";
const kinds: readonly Kind[] = [
  { name: "S3", how: own, client: "s3", start: ownStore },
  { name: "Cloud Storage", how: own, client: "gcs", start: ownStore },
  { name: "moto", how: "moto, which is slower than any client", client: "s3", runs: 3, start: startMotoWithBucket },
];

/** Large files to and from buckets, beside the vendors' own clients. No database is asked. */
export const buckets: Group = group<string>({
  name: "buckets",
  open: async () => await mkdtemp(join(tmpdir(), "ostinato-bench-buckets-")),
  close: async (folder) => await rm(folder, { recursive: true, force: true }),
  works: kinds.flatMap((kind) => [transfers("upload", kind), transfers("download", kind)]),
});

function transfers(verb: "upload" | "download", { name, how, client, runs: maxRuns = 5, start }: Kind): Work<string> {
  const row = `${verb} of 1 GB ${verb === "upload" ? "to" : "from"} ${name}`;
  return {
    rows: [
      { row: `${row}: × vendor's client`, unit: "×" },
      { row, unit: "s" },
      { row: `${row}: memory above idle`, unit: "MB" },
    ],
    how: (effort) =>
      `${amount(effort, mebibytes)} MiB between a file and ${how}, each in a process of its own, the vendor's client right before ours; memory is the largest resident set, looked at every 20 ms, less that after a small object`,
    async measure(folder, effort) {
      const bytes = amount(effort, mebibytes) * 1024 * 1024;
      const store = await start(bytes);
      const file = join(folder, verb);
      const transfer = (who: string, verb: string) => run(store, [who, verb, client, file]);
      try {
        await zeros(file, bytes);
        await zeros(`${file}.small`, 1000);
        if (verb === "download") await transfer("plain", "upload");
        const runs = await repeat(Math.min(effort.runs, maxRuns), async () => {
          const plain = await transfer("plain", verb);
          return { plain, ours: await transfer("ours", verb) };
        });
        return [
          runs.map(({ plain, ours }) => ours.seconds / plain.seconds),
          runs.map(({ ours }) => ours.seconds),
          runs.map(({ ours }) => ours.megabytes),
        ];
      } finally {
        await store.stop();
      }
    },
  };
}

async function zeros(file: string, bytes: number): Promise<void> {
  const handle = await open(file, "w");
  await handle.truncate(bytes);
  await handle.close();
}

async function run({ url }: Store, args: readonly string[]): Promise<Transfer> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(programs, "buckets.ts"), ...args], {
    env: { ...process.env, ...settings(url) },
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Transfer;
}

function settings(url: string) {
  return {
    AWS_ENDPOINT_URL_S3: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
    STORAGE_EMULATOR_HOST: url,
  };
}

async function startMotoWithBucket(): Promise<Store> {
  const python = process.env.INTEGRATIONS_PYTHON ?? (await pythonWith(requirements));
  if (python === undefined) throw new Error("There is no Python 3, which moto needs");
  const moto = await startMoto(python);
  const client = new S3Client({
    endpoint: moto.url,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    forcePathStyle: true,
  });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return moto;
}
