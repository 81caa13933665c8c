import { DatabaseSync } from "node:sqlite";
import pg from "pg";

/** The content of a database as text: every row of every table as a line of JSON. */
export async function textOf(url: string): Promise<string> {
  const rows = url.startsWith("sqlite:") ? sqliteRows(new URL(url).pathname) : await postgresRows(url);
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

function sqliteRows(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return tables.flatMap(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all());
  } finally {
    database.close();
  }
}

async function postgresRows(url: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = current_schema()",
    );
    const rows: unknown[] = [];
    for (const { name } of tables.rows) rows.push(...(await client.query(`SELECT * FROM ${name}`)).rows);
    return rows;
  } finally {
    await client.end();
  }
}
