export * from "@ostinato/buckets";
