import { say } from "../output/output.ts";
import { paint } from "../output/text.ts";
import type { Registration } from "./registration.ts";
import { shortPath } from "./short-path.ts";

/** Prints two lines: the address, and the database. `log` is set for a server in the background. */
export function sayBanner({ url, database, version, pid }: Registration, log?: string): void {
  say(`${paint("bold", "Ostinato")} ${version}  ${paint("cyan", url)}`);
  const how = log === undefined ? "Ctrl-C stops it" : `process ${pid}, log in ${shortPath(log)}`;
  say(`${paint("dim", "Database")}  ${shortPath(database)}  ${paint("dim", `(${how})`)}`);
}
