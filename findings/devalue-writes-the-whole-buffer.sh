#!/usr/bin/env bash
# devalue 6.0.3 writes down the whole ArrayBuffer under a typed array, also where the array is a view of a few bytes of it.
# One expects what JSON of the same view, structuredClone of a slice, or the length of the view suggest: its own bytes.
# A result of three bytes that some library cut out of a 1 MiB buffer takes 1.4 MB as text, and comes back with all of it below.
# What helps: copy a view that does not cover its buffer (`view.slice()`) before it is written down.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund devalue@6.0.3
cat > program.mjs <<'JS'
import { readFileSync } from "node:fs";
import { parse, stringify } from "devalue";
const { version } = JSON.parse(readFileSync("node_modules/devalue/package.json", "utf8"));
const view = new Uint8Array(new ArrayBuffer(1024 * 1024), 16, 3);
const text = stringify(view);
const copied = stringify(view.slice());
const again = parse(text);
console.log(`devalue ${version}: a view of ${view.length} bytes becomes ${text.length} characters, its copy ${copied.length}`);
console.log(`what comes back has ${again.length} bytes over a buffer of ${again.buffer.byteLength}`);
process.exit(text.length > 1_000_000 && copied.length < 100 && again.buffer.byteLength === 1024 * 1024 ? 0 : 1);
JS
node program.mjs
