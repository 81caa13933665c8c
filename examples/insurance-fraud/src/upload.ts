import { flow, log, task } from "ostinato";
import { z } from "zod";
import { claimsCsv, makeUpClaims } from "./claims.ts";
import { claimsBucket, rawClaims } from "./places.ts";

const send = task(
  { name: "send to the bucket", retries: 3, retryDelay: ["1s", "5s"] },
  async function send(key: string, csv: string) {
    const bucket = await claimsBucket();
    await bucket.write(key, csv, { contentType: "text/csv" });
    return bucket.url(key);
  },
);

export const uploadClaims = flow(
  {
    name: "fraud-upload",
    description: "Makes claims up and puts them into the bucket, where the training finds them.",
    parameters: z.object({
      count: z.int().min(100).max(200_000).default(2_000).describe("how many claims"),
      seed: z.int().min(0).default(7).describe("the same seed makes the same claims"),
      key: z.string().min(1).default(rawClaims).describe("the object of the bucket"),
    }),
  },
  async function uploadClaims({ count, seed, key }) {
    const url = await send(key, claimsCsv(makeUpClaims({ count, seed })));
    log.info("{count} claims are at {url}", { count, url });
    return { url, count };
  },
);
