import { fileURLToPath } from "node:url";
import { type RunningServer, startChildServer } from "./child-server.ts";

/** The command line of the sources. */
export const sources = fileURLToPath(new URL("../packages/ostinato/src/bin.mjs", import.meta.url));

/** Starts a server in a process of its own, as a user does, with its own home folder. */
export function startOstinato(
  environment: Readonly<Record<string, string>> = {},
  command = sources,
): Promise<RunningServer> {
  const args = [command, "server", "start"];
  return startChildServer({
    name: "ostinato",
    program: process.execPath,
    args,
    environment,
    homeVariable: "OSTINATO_HOME",
  });
}
