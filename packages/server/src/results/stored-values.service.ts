import { addAbortSignal, type Readable } from "node:stream";
import { type Bucket, findBucketBlock, packageForBucket } from "@ostinato/buckets";
import { sleep } from "@ostinato/core";
import type { PersistedResult } from "@ostinato/protocol";
import * as blockDocuments from "../block-documents/block-documents.service.ts";
import { system } from "../kernel/actor.ts";
import type { Context } from "../kernel/context.ts";
import { RequestError } from "../kernel/errors.ts";
import { hidden, type ShownValue, storedValueIn } from "./stored-record.rules.ts";

/** Somebody waits for the page. */
const maxReadSeconds = 10;

/** A value that a Prefect client has stored by a block, where the server can read it: a bucket's, of at most the size that the server keeps. */
export async function storedValue(
  context: Context,
  { storage_block_id, storage_key, serializer }: PersistedResult,
): Promise<ShownValue> {
  if (storage_block_id === null) return hidden("The client that ran it keeps its value in a storage of its own.");
  try {
    const opened = await openBucket(context, storage_block_id);
    if (!opened.ok) return hidden(opened.reason);
    return await readValue(context, opened.bucket, { key: storage_key, serializer });
  } catch (error) {
    return hidden(error instanceof Error ? error.message : String(error));
  }
}

type Opened = { readonly ok: true; readonly bucket: Bucket } | { readonly ok: false; readonly reason: string };

async function openBucket(context: Context, blockId: string): Promise<Opened> {
  // Whoever may read the result need not be allowed to read the secrets of its storage.
  const document = await blockDocuments.read({ ...context, actor: system }, blockId, true).catch((error: unknown) => {
    if (error instanceof RequestError && error.status === 404) return undefined;
    throw error;
  });
  if (document === undefined) return failed("The block of its storage has been deleted.");
  const type = document.block_type?.slug ?? "";
  const { resultBuckets } = context.config;
  const block = await findBucketBlock(type);
  if (block !== undefined && resultBuckets.length === 0) return failed(notNamed("its bucket"));
  if (block !== undefined) {
    const bucket = await block.connect(document.data as never);
    const url = bucket.url();
    return isReadable(url, resultBuckets) ? { ok: true, bucket } : failed(notNamed(url));
  }
  const name = packageForBucket(type);
  return failed(
    name === undefined
      ? `The client that ran it keeps its value in a storage of the type "${type}", which the server does not read.`
      : `The server reads storages of the type "${type}" by ${name}, which is not installed beside it: npm install ${name}.`,
  );
}

function failed(reason: string): Opened {
  return { ok: false, reason };
}

/** Whoever writes blocks would otherwise choose what the server reads, where a block has no keys even with the rights of its machine. */
function isReadable(url: string, named: readonly string[]): boolean {
  const whole = `${url}/`.replace(/\/+$/, "/");
  return named.some((one) => one === "*" || whole.startsWith(`${one.replace(/\/+$/, "")}/`));
}

function notNamed(bucket: string): string {
  return `The value is in a bucket. The server shows it once ${bucket} is named in OSTINATO_SERVER_RESULT_BUCKETS.`;
}

interface Stored {
  readonly key: string;
  readonly serializer: string | null;
}

async function readValue({ config, clock }: Context, bucket: Bucket, { key, serializer }: Stored): Promise<ShownValue> {
  const maxBytes = config.resultSizeLimitBytes;
  const stop = new AbortController();
  const late = sleep(clock, maxReadSeconds, stop.signal).then(() => {
    throw new Error(
      `${bucket.url(key)} was not read within ${maxReadSeconds} s. Check that the server can reach the store.`,
    );
  });
  const read = textWithin(bucket.readStream(key), maxBytes, stop.signal);
  try {
    const text = await Promise.race([read, late]);
    if (text !== undefined) return storedValueIn(text, { serializer, maxBytes });
    return hidden(
      `It takes more than the ${maxBytes} bytes that the server reads to show it. The whole is at ${bucket.url(key)}.`,
    );
  } finally {
    stop.abort();
    for (const left of [read, late]) left.catch(() => {});
  }
}

/** Undefined for more bytes than the bound. */
async function textWithin(
  opened: Promise<Readable>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const content = addAbortSignal(signal, await opened);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
