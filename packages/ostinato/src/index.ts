import { applyProfile } from "@ostinato/cli/profile";
import { registerLocalServer } from "@ostinato/sdk";

applyProfile();
// The server is only loaded by a program that finds no other.
registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());

export * from "@ostinato/sdk";
