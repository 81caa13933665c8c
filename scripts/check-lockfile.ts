import { readFileSync, writeFileSync } from "node:fs";
import { findMissing, type Lockfile } from "./lockfile.ts";

// Fails when `npm ci` would refuse package-lock.json on any platform; `--write` completes it.
const path = "package-lock.json";
const lockfile = JSON.parse(readFileSync(path, "utf8")) as Lockfile;
const missing = findMissing(lockfile);
if (missing.size === 0) {
  console.log(`${path} is complete`);
} else if (process.argv.includes("--write")) {
  const packages = Object.entries(lockfile.packages).concat([...missing]);
  const sorted = Object.fromEntries(packages.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify({ ...lockfile, packages: sorted }, undefined, 2)}\n`);
  console.log(`added ${missing.size} packages of other platforms to ${path}`);
} else {
  console.error(`${path} lacks packages of other platforms; "npm run lockfile" adds them:`);
  for (const [name, { version }] of missing) console.error(`  ${name} ${version}`);
  process.exitCode = 1;
}
