import { applyProfile } from "@ostinato/cli/profile";
import { registerLocalServer, registerSettings } from "@ostinato/sdk";

applyProfile();
// The server is only loaded by a program that finds no other.
registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());
registerSettings(async () => (await import("@ostinato/cli/profile")).applyProfile());

export * from "@ostinato/sdk";
