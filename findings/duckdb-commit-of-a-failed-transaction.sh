#!/usr/bin/env bash
# DuckDB 1.5.6 (@duckdb/node-api 1.5.6-r.1) answers COMMIT of a transaction in which a statement has failed as it answers any other, and keeps nothing.
# One expects an error, since every statement before the COMMIT gets one ("Current transaction is aborted"), or at least a sign, as PostgreSQL's
# answer "ROLLBACK" is. A program that catches the error of one statement and commits believes that its other rows are there.
# What helps: run any statement, such as SELECT 1, before the COMMIT: it fails where the transaction has.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund @duckdb/node-api@1.5.6-r.1
cat > program.js <<'JS'
import { DuckDBInstance } from "@duckdb/node-api";
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run("CREATE TABLE rows (id INTEGER PRIMARY KEY)");
await connection.run("BEGIN");
await connection.run("INSERT INTO rows VALUES (1)");
const told = async (sql) => await connection.run(sql).then(() => "no error", (error) => error.message.split("\n")[0]);
const twice = await told("INSERT INTO rows VALUES (1)");
const after = await told("SELECT 1");
const commit = await told("COMMIT");
const [[count]] = (await connection.runAndReadAll("SELECT count(*)::INTEGER FROM rows")).getRows();
console.log(`the second INSERT: ${twice}\nSELECT: ${after}\nCOMMIT: ${commit}\nrows afterwards: ${count}`);
process.exit(commit === "no error" && after !== "no error" && count === 0 ? 0 : 1);
JS
node program.js
