export * from "@ostinato/sdk/config";
