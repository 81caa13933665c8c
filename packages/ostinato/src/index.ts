import { registerLocalServer, registerSettings } from "@ostinato/sdk";

// Both are only loaded by a program that runs something: the server by one that finds no other.
registerSettings(async () => (await import("@ostinato/cli/profile")).applyProfile());
registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());

export * from "@ostinato/sdk";
