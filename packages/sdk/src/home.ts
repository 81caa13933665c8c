import { homedir } from "node:os";
import { join } from "node:path";

/** The folder of the database file, the results and the profile: `OSTINATO_HOME`, else `~/.ostinato`. */
export function homeFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env.OSTINATO_HOME;
  return named === undefined || named === "" ? join(homedir(), ".ostinato") : named;
}
