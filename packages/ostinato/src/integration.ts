export * from "@ostinato/sdk/integration";
