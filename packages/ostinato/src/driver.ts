export * from "@ostinato/worker/driver";
