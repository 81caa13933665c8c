import { GetObjectCommand, PutObjectCommand, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { ResultStore } from "ostinato/integration";
import { openS3Client } from "./s3-client.ts";
import { isGone } from "./s3-explanation.ts";
import { formatS3Place, parseS3Place } from "./s3-place.ts";
import { S3ResultError } from "./s3-result-error.ts";

/** Each result is one object, `prefix/name`. S3 shows an object only when it has all of it. */
export function openS3ResultStore(config: S3ClientConfig): ResultStore {
  const client = openS3Client(config);
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
