export * from "@ostinato/testing";
