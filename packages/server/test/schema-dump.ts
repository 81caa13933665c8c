import { sql } from "kysely";
import type { Database } from "../src/db/dialect.ts";

/** A column as the database itself describes it. */
export interface ActualColumn {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

export async function actualColumns({ kind, read }: Database): Promise<readonly ActualColumn[]> {
  const query =
    kind === "sqlite"
      ? sql<ActualColumn>`SELECT s.name AS "table", c.name AS name, c.type AS type, c."notnull" = 0 AND c.pk = 0 AS nullable
          FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%'`
      : sql<ActualColumn>`SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
          NOT a.attnotnull AS nullable
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
          WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`;
  const { rows } = await query.execute(read);
  return rows.map((row) => ({ ...row, nullable: Boolean(row.nullable) }));
}

/** The schema as statements that make it: tables by name, each with its indexes. */
export async function schemaDump(database: Database): Promise<string> {
  const statements = await (database.kind === "sqlite" ? sqliteStatements(database) : postgresStatements(database));
  return `${statements.join("\n\n")}\n`;
}

async function sqliteStatements({ read }: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string; tbl_name: string; type: string; sql: string }>`
    SELECT name, tbl_name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
    ORDER BY tbl_name, type = 'index', name`.execute(read);
  const tables = new Map<string, string[]>();
  for (const row of rows) {
    const lines = tables.get(row.tbl_name) ?? [];
    lines.push(row.type === "table" ? oneColumnALine(row.sql) : `${oneLine(row.sql)};`);
    tables.set(row.tbl_name, lines);
  }
  return [...tables.values()].map((lines) => lines.join("\n"));
}

function oneLine(statement: string): string {
  return statement.replaceAll(/\s+/g, " ").trim();
}

/** `CREATE TABLE x (a, b)` with each column and constraint on a line of its own. */
function oneColumnALine(statement: string): string {
  const text = oneLine(statement);
  const start = text.indexOf("(");
  const parts: string[] = [""];
  let depth = 0;
  for (const character of text.slice(start + 1, text.lastIndexOf(")"))) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return `${text.slice(0, start)}(\n${parts.map((part) => `  ${part.trim()}`).join(",\n")}\n);`;
}

async function postgresStatements({ read }: Database): Promise<readonly string[]> {
  const { rows } = await sql<{
    name: string;
    columns: string[];
    constraints: string[] | null;
    indexes: string[] | null;
    triggers: string[] | null;
  }>`
    SELECT c.relname AS name,
      (SELECT array_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
          CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
      (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY k.contype DESC, k.conname)
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f')) AS constraints,
      (SELECT array_agg(pg_get_indexdef(i.indexrelid) ORDER BY pg_get_indexdef(i.indexrelid))
        FROM pg_index i WHERE i.indrelid = c.oid
        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)) AS indexes,
      (SELECT array_agg(pg_get_triggerdef(t.oid) ORDER BY t.tgname) FROM pg_trigger t
        WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    ORDER BY c.relname COLLATE "C"`.execute(read);
  const functions = await sql<{ text: string }>`SELECT pg_get_functiondef(p.oid) AS text FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace ORDER BY p.proname COLLATE "C"`.execute(read);
  const made = rows.map(({ name, columns, constraints, indexes, triggers }) => {
    const lines = [...columns, ...(constraints ?? [])].map((line) => `  ${line}`);
    const ways = [...(indexes ?? []), ...(triggers ?? [])].map((way) => `${way.replace(" ON public.", " ON ")};`);
    return [`CREATE TABLE ${name} (\n${lines.join(",\n")}\n);`, ...ways].join("\n");
  });
  return [...made, ...functions.rows.map(({ text }) => `${oneLine(text.replace("FUNCTION public.", "FUNCTION "))};`)];
}
