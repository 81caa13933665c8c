import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { ResultStore } from "ostinato/integration";
import { formatS3Place, parseS3Place } from "./s3-place.ts";
import { S3ResultError } from "./s3-result-error.ts";

/** Each result is one object, `prefix/name`. S3 shows an object only when it has all of it. */
export function openS3ResultStore(config: S3ClientConfig): ResultStore {
  const client = new S3Client({ ...forOtherStores(config), ...config });
  return {
    async write({ root, name, text }) {
      const { bucket, key: prefix } = parseS3Place(root) ?? { bucket: "", key: "" };
      const place = { bucket, key: [...prefix.split("/").filter((part) => part !== ""), name].join("/") };
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: place.key,
            Body: Buffer.from(text),
            ContentType: "text/plain; charset=utf-8",
          }),
        );
      } catch (error) {
        throw new S3ResultError("written", place, error);
      }
      return formatS3Place(place);
    },
    async read(text) {
      const place = parseS3Place(text);
      if (place === undefined || place.key === "") return undefined;
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: place.bucket, Key: place.key }));
        return (await Body?.transformToString("utf-8")) ?? "";
      } catch (error) {
        if (isGone(error)) return undefined;
        throw new S3ResultError("read", place, error);
      }
    },
  };
}

/**
 * Other stores than AWS seldom have a host name for each bucket, and some refuse the checksums that the client adds to every
 * request since 2025.
 */
function forOtherStores({ endpoint }: S3ClientConfig): S3ClientConfig {
  const { AWS_ENDPOINT_URL_S3: own, AWS_ENDPOINT_URL: general } = process.env;
  if (endpoint === undefined && !own && !general) return {};
  return {
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}

/** Stores say it by different names, all with the status 404. A bucket that is gone is a mistake in the settings. */
function isGone(error: unknown): boolean {
  const { name, $metadata } = error as {
    readonly name?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return name !== "NoSuchBucket" && $metadata?.httpStatusCode === 404;
}
