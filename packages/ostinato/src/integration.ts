export * from "@ostinato/sdk/integration";
export * from "@ostinato/worker/driver";
