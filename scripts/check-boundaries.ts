import { globSync, readFileSync } from "node:fs";
import { type Boundaries, findViolations } from "./boundaries.ts";

// Prints each import that boundaries.json forbids, and each import cycle. Paths are relative to the working folder, the root.
const boundaries = JSON.parse(readFileSync("boundaries.json", "utf8")) as Boundaries;
const folders = [...new Set(Object.values(boundaries.zones).map(({ folder }) => folder))];
const ignored = (name: string) => name === "node_modules" || name === "dist";
const files = globSync(
  folders.map((folder) => `${folder}/**/*.{ts,tsx}`),
  { exclude: ignored },
);
const sources = new Map(files.map((file) => [file.replaceAll("\\", "/"), readFileSync(file, "utf8")]));

const violations = findViolations(sources, boundaries);
for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`);
console.log(`${sources.size} files, ${violations.length} violations of boundaries.json`);
process.exitCode = violations.length === 0 ? 0 : 1;
