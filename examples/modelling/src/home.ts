import { homedir } from "node:os";
import { join } from "node:path";

/** Where an example keeps its files unless told otherwise: beside Ostinato's own. */
export function exampleFolder(name: string): string {
  const home = process.env.OSTINATO_HOME ?? join(homedir(), ".ostinato");
  return join(home, "examples", name);
}
