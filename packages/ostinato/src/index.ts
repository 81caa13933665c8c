import { applyProfile } from "@ostinato/cli/profile";
import {
  registerBackground,
  registerDeploying,
  registerDeputy,
  registerLocalServer,
  registerServing,
  registerSettings,
} from "@ostinato/sdk";

registerSettings(async () => applyProfile());
// Only loaded by a program that finds no server.
registerLocalServer(async () => (await import("./local-server.ts")).startLocalServer());

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
registerDeputy(new URL(`./deputy-thread.${extension}`, import.meta.url));
const program = new URL(`./run-program.${extension}`, import.meta.url);
registerServing({ load: () => import("@ostinato/sdk/serving"), program });
registerBackground({ load: () => import("@ostinato/sdk/background") });
registerDeploying({ load: () => import("@ostinato/sdk/deploying"), program });

export * from "@ostinato/sdk";
