import manifest from "../package.json" with { type: "json" };
import { say, sayJson } from "./output/output.ts";

export const ownVersion: string = manifest.version;

export function sayVersion({ json }: { readonly json?: boolean }): void {
  const versions = { ostinato: ownVersion, node: process.versions.node };
  if (json) sayJson(versions);
  else say(`ostinato ${versions.ostinato} (Node ${versions.node})`);
}
