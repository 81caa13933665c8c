#!/usr/bin/env bash
# node:sqlite of Node 24.21.0 gives back the memory of a prepared statement only when the garbage collector takes its object, which looks small to
# it: a program that keeps its 500 latest statements and drops the others grows to many times what it needs, while its heap stays small.
# One expects a cache of a bounded number of statements to bound the memory; a statement has no method that ends it.
# What helps: few different texts (lists as one JSON parameter), or a collection after many statements were dropped.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --allow-scripts=node node@24.21.0 > /dev/null 2>&1 || npm install --silent --no-audit --no-fund node@24.21.0 > /dev/null
cat > program.mjs <<'JS'
import { DatabaseSync } from "node:sqlite";
const db = new DatabaseSync(":memory:");
const columns = Array.from({ length: 40 }, (_, index) => `c${index}`);
db.exec(`CREATE TABLE t (${columns.join(" text, ")} text)`);
const criteria = columns.map((name) => `(${name} = ? OR ${name} IN (SELECT value FROM json_each(?)))`).join(" AND ");
const kept = new Map();
for (let count = 0; count < 20_000; count += 1) {
  if (kept.size >= 500) {
    kept.clear();
    if (process.argv[2] === "collect") globalThis.gc();
  }
  const text = `SELECT * FROM t WHERE ${criteria} AND c1 <> '${count}'`;
  kept.set(text, db.prepare(text));
}
const { rss, heapUsed } = process.memoryUsage();
console.log(JSON.stringify({ version: process.version, rss: Math.round(rss / 1e6), heap: Math.round(heapUsed / 1e6) }));
JS
node=node_modules/node/bin/node
left=$("$node" --expose-gc program.mjs)
collected=$("$node" --expose-gc program.mjs collect)
echo "20,000 statements, 500 kept, in MB: $left"
echo "with a collection after each 500:   $collected"
"$node" -e '
const [left, collected] = process.argv.slice(1).map((text) => JSON.parse(text));
process.exit(left.version === "v24.21.0" && left.rss > 4 * collected.rss && left.heap < 200 ? 0 : 1);' "$left" "$collected"
