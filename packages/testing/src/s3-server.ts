import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";

/** A server that speaks S3's protocol and checks its signatures, with its buckets in a folder of its own. */
export interface S3Server {
  readonly endpoint: string;
  /** The variables with which a program reaches it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The keys of the objects in the bucket, sorted. */
  keys(bucket: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** The last part of the server's file for each object. */
const objectFile = "._S3rver_object";

/** Starts the server on a free port of this machine. */
export async function startS3Server(...buckets: readonly string[]): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "ostinato-s3-"));
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: buckets.map((name) => ({ name })),
  });
  const { port } = await server.run();
  server.httpServer.prependListener("request", trustBucketRequests);
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: "us-east-1",
      // The only key that the server knows.
      AWS_ACCESS_KEY_ID: "S3RVER",
      AWS_SECRET_ACCESS_KEY: "S3RVER",
    },
    async keys(bucket) {
      // The server stores each object in a file with its key as the folder.
      const files = globSync(`**/*${objectFile}`, { cwd: join(directory, bucket) });
      return files.map((file) => file.slice(0, -objectFile.length).replaceAll("\\", "/")).toSorted();
    },
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The server signs another path than AWS's client does where a request is about the bucket and not about an object. */
function trustBucketRequests({ url = "", headers }: IncomingMessage): void {
  if (/^\/[^/?]+\/?(\?|$)/.test(url)) delete headers.authorization;
}
