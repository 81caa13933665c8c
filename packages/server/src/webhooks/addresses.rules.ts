import { createHash } from "node:crypto";

/** How the database knows an address: whoever reads the database can't post with it. */
export function digestOf(address: string): string {
  return createHash("sha256").update(address).digest("hex");
}
