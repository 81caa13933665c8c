import { CompiledQuery } from "kysely";
import type { CellType, CellValue, ColumnTypes } from "./columns.ts";
import type { Reader, RowCondition, RowsToInsert } from "./dialect.ts";
import { writeJson } from "./json-text.ts";
import { dialectOf } from "./portable.ts";

/**
 * Inserts many rows with the fewest and fastest statements of the database, and returns their answers. The object `columns`
 * must be a constant: statements are cached by it.
 */
export function insertRows<R = never, K extends string = string, F extends string = never>(
  reader: Reader,
  insert: RowsToInsert<K, F>,
): Promise<R[]> {
  return dialectOf(reader).insertRows(reader, insert);
}

/** Rows for each run of a statement: larger ones first, so that few runs and few statements do for any number. */
const chunkSizes = [32, 8, 1] as const;

/**
 * Rows as bound values: measured, 5 µs for a row of an event where one parameter of JSON takes 35 µs, because SQLite reads a
 * row's JSON again for each of its columns.
 */
export async function insertRowsBound<R, K extends string, F extends string>(
  reader: Reader,
  insert: RowsToInsert<K, F>,
): Promise<R[]> {
  const { rows } = insert;
  const names = Object.keys(fieldsOf(insert)) as (K | F)[];
  const returned: R[] = [];
  let done = 0;
  for (const size of chunkSizes) {
    if (rows.length - done < size) continue;
    const text = statementOf(insert, size);
    for (; rows.length - done >= size; done += size) {
      const values: CellValue[] = [];
      for (let index = done; index < done + size; index += 1) {
        for (const name of names) values.push(rows[index]?.[name] ?? null);
      }
      const result = await reader.executeQuery<R>(CompiledQuery.raw(text, values));
      for (const row of result.rows) returned.push(row);
    }
  }
  return returned;
}

/** All rows as one parameter of JSON: on PostgreSQL as fast as bound values, and one statement for any number. */
export async function insertRowsAsJson<R, K extends string, F extends string>(
  reader: Reader,
  insert: RowsToInsert<K, F>,
  types: ColumnTypes,
): Promise<R[]> {
  if (insert.rows.length === 0) return [];
  const gathered = gatherings.get(reader);
  if (gathered !== undefined) {
    gathered.push(insert);
    return [];
  }
  const text = jsonStatementOf(insert, types);
  return (await reader.executeQuery<R>(CompiledQuery.raw(text, [writeJson(insert.rows)]))).rows;
}

const gatherings = new WeakMap<Reader, RowsToInsert[]>();

/** From now on rows that are inserted through this writer are only noted. */
export function gatherInto(writer: Reader, gathered: RowsToInsert[]): void {
  gatherings.set(writer, gathered);
}

/** Texts by what makes them: there are as many as there are calls in the code, times three. */
const texts = new WeakMap<object, Map<string, string>>();

function kept(columns: object, key: string, make: () => string): string {
  let known = texts.get(columns);
  if (known === undefined) {
    known = new Map();
    texts.set(columns, known);
  }
  let text = known.get(key);
  if (text === undefined) {
    text = make();
    known.set(key, text);
  }
  return text;
}

function statementOf(insert: RowsToInsert, size: number): string {
  const { columns, only } = insert;
  return kept(columns, `${size} ${frameOf(insert)}`, () => {
    const { into, filled = {}, ending = "" } = insert;
    const given = Object.keys(columns);
    const names = [...given, ...Object.keys(filled)].join(", ");
    const values = [...given, ...Object.values(filled)].join(", ");
    const fields = Object.keys(fieldsOf(insert));
    const rows = `VALUES ${Array(size)
      .fill(`(${fields.map(() => "?").join(", ")})`)
      .join(", ")}`;
    if (only === undefined && insert.filled === undefined) return `INSERT INTO ${into} (${names}) ${rows} ${ending}`;
    return `WITH given(${fields.join(", ")}) AS (${rows})
      INSERT INTO ${into} (${names}) SELECT ${values} FROM given WHERE ${only?.condition ?? "true"} ${ending}`;
  });
}

/** What the texts of inserts with the same columns are told apart by. */
export function frameOf({ into, only, filled = {}, ending = "" }: RowsToInsert): string {
  return `${into} ${only?.condition ?? ""} ${Object.values(filled).join()} ${ending}`;
}

function fieldsOf({ columns, only }: RowsToInsert): Readonly<Record<string, CellType>> {
  return only === undefined ? columns : { ...columns, ...only.fields };
}

function jsonStatementOf(insert: RowsToInsert, types: ColumnTypes): string {
  return kept(insert.columns, `json ${frameOf(insert)}`, () => insertOf(insert, types, { parameter: 1 }));
}

interface GivenRows {
  /** The number of the parameter that holds the rows as JSON. */
  readonly parameter: number;
  /** A condition on the rows that are added, beside that of the insert. */
  readonly only?: RowCondition;
}

/** The text of an INSERT of rows that come as one parameter of JSON. */
export function insertOf(insert: RowsToInsert, types: ColumnTypes, { parameter, only }: GivenRows): string {
  const { into, columns, filled = {}, ending = "" } = insert;
  const entries = Object.entries(columns);
  const names = [...Object.keys(columns), ...Object.keys(filled)].join(", ");
  // JSON is passed as a string: the database converts it for columns that it searches.
  const taken = entries.map(([name, type]) => (type === "searchableJson" ? `${name}::${types[type]}` : name));
  const conditions = [only, insert.only].flatMap((each) => each?.condition ?? []);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return `INSERT INTO ${into} (${names}) SELECT ${[...taken, ...Object.values(filled)].join(", ")}
      FROM ${recordset({ ...fieldsOf(insert), ...only?.fields }, types, parameter)} ${where} ${ending}`;
}

/** The rows of a parameter of JSON as a table `given`. */
export function recordset(columns: Readonly<Record<string, CellType>>, types: ColumnTypes, parameter: number): string {
  const fields = Object.entries(columns).map(([name, type]) => `${name} ${isText(type) ? "text" : types[type]}`);
  return `jsonb_to_recordset($${parameter}::jsonb) AS given(${fields.join(", ")})`;
}

function isText(type: CellType): type is "text" | "searchableJson" {
  return type === "text" || type === "searchableJson";
}
