export * from "@ostinato/sdk/automations";
