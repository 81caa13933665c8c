import { resolve } from "node:path";
import { findBucketBlock } from "@ostinato/buckets";
import { logLevels } from "@ostinato/protocol/log-levels";
import { UsageError } from "../errors.ts";
import { notice } from "../logging/console-output.ts";
import { blockOf, isBucket } from "./code-source.ts";
import type { Deployable } from "./wanted-deployment.ts";

/** Never part of the code: what is installed or made on each machine, and the secrets of this one. */
const neverSent = [".git", "node_modules", ".venv", "__pycache__", ".env"];

/** Sends the code to the bucket from which the runs are to get it; does nothing for other sources. */
export async function uploadCode({ options: { source, name }, base }: Deployable): Promise<void> {
  if (source === undefined || !isBucket(source)) return;
  const { folder = ".", prefix = "", without = [] } = source;
  const wanted = blockOf(source);
  const block = await findBucketBlock(wanted.type);
  if (block === undefined) {
    throw new UsageError(
      `Deployment "${name}": source.bucket is of the type "${wanted.type}", which this program does not know. Import the package that brings it, such as "@ostinato/aws"`,
    );
  }
  const bucket = await block.load(wanted.name);
  const keys = await bucket.uploadFolder(resolve(base, folder), prefix, { without: [...neverSent, ...without] });
  notice(logLevels.info, `deployment "${name}": ${keys.length} files are sent to ${bucket.url(prefix)}`);
}
