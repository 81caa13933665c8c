import { relative } from "node:path";
import { findBucketBlock, packageForBucket } from "@ostinato/buckets";
import { PullStepError } from "./pull-step-error.ts";
import { newRunFolder } from "./run-folder.ts";
import type { StepContext, StepInputs, StepOutput } from "./step-inputs.ts";

/** Downloads the bucket of a block, or a folder of it, into a folder of its own, which goes when the process ends. */
export async function pullWithBlock(inputs: StepInputs, context: StepContext): Promise<StepOutput> {
  const { folder, log, references } = context;
  const type = inputs.requiredText("block_type_slug");
  const name = inputs.requiredText("block_document_name");
  // Prefect's step takes the whole folder of the block.
  const prefix = inputs.text("folder") ?? "";
  inputs.refuseOthers();
  const block = await findBucketBlock(type);
  if (block === undefined) throw new PullStepError(unknownType(type));
  const bucket = await block.connect((await references.block(type, name)) as never);
  const into = await newRunFolder(folder, `${type}-${name}`);
  log(`downloads ${bucket.url(prefix)}`);
  const keys = await bucket.downloadFolder(prefix, into);
  log(`${keys.length} ${keys.length === 1 ? "file is" : "files are"} in ${into}`);
  return { directory: relative(folder, into) };
}

function unknownType(type: string): string {
  const name = packageForBucket(type);
  return name === undefined
    ? `"block_type_slug" is "${type}", which is not the type of a bucket that Ostinato knows.`
    : `the bucket of a block of the type "${type}" is read by ${name}, which is not installed on this machine: npm install ${name}.`;
}
