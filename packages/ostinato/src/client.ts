export * from "@ostinato/client";
