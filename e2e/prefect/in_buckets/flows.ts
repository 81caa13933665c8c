/** A flow whose code lies in a bucket. */
import { readFile } from "node:fs/promises";
import { S3Bucket } from "@ostinato/aws";
import { GcsBucket } from "@ostinato/gcp";
import { flow, log } from "ostinato";

export const weigh = flow(async function weigh({ loaves }: { loaves: number }) {
  log.info("weighs {loaves} loaves by {by}", { loaves, by: (await readFile("zones/ü b.txt", "utf8")).trim() });
});

if (import.meta.main) {
  const where = { workPool: "machines", jobVariables: { working_dir: process.env.MODULES_FOLDER } };
  for (const [name, bucket] of [
    ["s3", S3Bucket.named("code")],
    ["gcs", GcsBucket.named("code")],
  ] as const) {
    await weigh.deploy({ ...where, name, source: { bucket, prefix: "typescript" } });
  }
}
