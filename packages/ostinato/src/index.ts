import { registerDeputy, registerLocalServer, registerSettings } from "@ostinato/sdk";

// Both are only loaded by a program that runs something: the server by one that finds no other.
registerSettings(async () => (await import("@ostinato/cli/profile")).applyProfile());
registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());

registerDeputy(new URL(`./deputy-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));

export * from "@ostinato/sdk";
