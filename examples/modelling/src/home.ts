import { homedir } from "node:os";
import { join } from "node:path";

/** The default folder for an example's files: beside Ostinato's own. */
export function exampleFolder(name: string): string {
  const home = process.env.OSTINATO_HOME ?? join(homedir(), ".ostinato");
  return join(home, "examples", name);
}
