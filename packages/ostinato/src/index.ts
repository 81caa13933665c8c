import { applyProfile } from "@ostinato/cli/profile";
import { registerDeputy, registerLocalServer, registerSettings } from "@ostinato/sdk";

registerSettings(async () => applyProfile());
// Only loaded by a program that finds no server.
registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());

registerDeputy(new URL(`./deputy-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));

export * from "@ostinato/sdk";
