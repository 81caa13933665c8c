import type pg from "pg";
import type { Metrics } from "../../kernel/metrics.ts";
import type { CellValue, ColumnTypes } from "../columns.ts";
import type { RowsToInsert, Work } from "../dialect.ts";
import { frameOf, gatherInto, insertOf, recordset } from "../insert-rows.ts";
import { writeJson } from "../json-text.ts";
import { type KnownChange, type KnownChangeKind, NotInOneStatement } from "../known-change.ts";
import { type NamedStatement, namedStatement } from "../statement-name.ts";
import { writersBy } from "./writer.ts";

export interface KnownChanges {
  /** The number of changes that wait to be sent. */
  readonly waiting: number;
  /**
   * Runs the unit and collects the rows that it adds. Resolves when the change is durable. Rejects with `NotInOneStatement` if
   * nothing was written.
   */
  add<T>(work: Work<T>, change: KnownChange, ready: () => void): Promise<T>;
  /** Sends the waiting changes as one statement. Without a client it refuses them all. Never throws. */
  send(client: pg.Client | undefined): Promise<void>;
}

export interface KnownChangesOptions {
  readonly types: ColumnTypes;
  /** Finds out whether a change was committed after its answer was lost. */
  readonly wasKept: (change: KnownChange) => Promise<boolean>;
  readonly metrics?: Pick<Metrics, "observe"> | undefined;
}

/** The bound lets a burst be acknowledged in steps. */
const maxChanges = 64;

interface Waiting {
  readonly change: KnownChange;
  readonly additions: readonly RowsToInsert[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Puts changes that arrive together into one statement, which commits by itself. Sixteen of them take one round trip and a
 * tenth of the CPU of sixteen units of work.
 */
export function knownChanges({ types, wasKept, metrics }: KnownChangesOptions): KnownChanges {
  const waiting: Waiting[] = [];

  function settle({ change, resolve, reject }: Waiting, version: string | undefined): void {
    if (version === undefined) {
      reject(new NotInOneStatement("The row is not as it is remembered"));
      return;
    }
    change.done(version);
    resolve();
  }

  async function find(one: Waiting): Promise<void> {
    try {
      if (await wasKept(one.change)) one.resolve();
      else settle(one, undefined);
    } catch (error) {
      one.reject(error);
    }
  }

  return {
    get waiting() {
      return waiting.length;
    },
    async add(work, change, ready) {
      const additions: RowsToInsert[] = [];
      const value = await work(...gatheringWriters(additions));
      await new Promise<void>((resolve, reject) => {
        waiting.push({ change, additions, resolve, reject });
        ready();
      });
      return value;
    },
    async send(client) {
      const changes = waiting.splice(0, numberOfOneStatement(waiting));
      if (client === undefined) {
        for (const one of changes) settle(one, undefined);
        return;
      }
      const began = performance.now();
      try {
        const { rows } = await client.query<{ id: string; version: string }>(statementOf(changes, types));
        const versions = new Map(rows.map(({ id, version }) => [id, version]));
        for (const one of changes) settle(one, versions.get(one.change.id));
      } catch (error) {
        // Nobody awaits the look-ups: the next changes are sent meanwhile.
        for (const one of changes) isRolledBack(error) ? settle(one, undefined) : void find(one);
      }
      metrics?.observe("commit_seconds", (performance.now() - began) / 1000);
      metrics?.observe("commit_units", changes.length);
    },
  };
}

/**
 * The number of changes at the front of the queue that one statement can make: of one kind, each of another row, up to the bound. Of two
 * changes of one row at least one was decided on a row that is not there any more, and the statement tells by the row which of them it made.
 */
function numberOfOneStatement(waiting: readonly Waiting[]): number {
  const [first] = waiting;
  const ids = new Set<string>();
  const other = waiting.findIndex(
    ({ change: { kind, id } }) => kind !== first?.change.kind || ids.size === ids.add(id).size,
  );
  return Math.min(maxChanges, other < 0 ? waiting.length : other);
}

/** Whether PostgreSQL has rolled the statement back: for bad values, a constraint, a conflict, or a lock that it could not get. */
function isRolledBack(error: unknown): boolean {
  return /^(?:22|23|40|42|55)...$/.test((error as { readonly code?: string }).code ?? "");
}

/** Writers that collect the rows that a unit adds, and refuse everything else. */
function gatheringWriters(additions: RowsToInsert[]): Parameters<Work<unknown>> {
  const refuse = (): never => {
    throw new NotInOneStatement("The unit does more than to add rows");
  };
  const writers = writersBy({ ask: refuse, defer: refuse });
  for (const writer of writers) gatherInto(writer, additions);
  return writers;
}

/** The rows that several changes add to one table. */
interface Addition {
  readonly insert: RowsToInsert;
  readonly rows: object[];
}

function statementOf(changes: readonly Waiting[], types: ColumnTypes): NamedStatement {
  const additions = new Map<string, Addition>();
  for (const { change, additions: own } of changes) {
    for (const insert of own) {
      const key = frameOf(insert);
      const addition = additions.get(key) ?? { insert, rows: [] };
      additions.set(key, addition);
      for (const row of insert.rows) addition.rows.push({ ...row, changed_id: change.id });
    }
  }
  const sorted = [...additions].sort(([one], [other]) => (one < other ? -1 : 1));
  const given = changes.map(({ change: { id, versions, set } }) => {
    const row: Record<string, CellValue> = { ...set, id, version: versions.row };
    for (const [index, version] of versions.beside.entries()) row[besideField(index)] = version;
    return row;
  });
  return namedStatement(textOf(changes, sorted, types), [
    writeJson(given),
    changes.map(({ change }) => change.id),
    ...sorted.map(([, addition]) => writeJson(addition.rows)),
  ]);
}

/** Statements by the tables that they add to. There are as many as there are kinds of transitions. */
const texts = new Map<string, string>();

function textOf(
  [first]: readonly Waiting[],
  additions: readonly (readonly [string, Addition])[],
  types: ColumnTypes,
): string {
  if (first === undefined) throw new RangeError("A statement changes something");
  const { kind } = first.change;
  const besideTables = kind.beside.map(({ table }) => table);
  const key = [kind.table, ...besideTables, "", ...additions.map(([name]) => name)].join("\n");
  let text = texts.get(key);
  if (text === undefined) {
    const added = additions.map(
      ([, { insert }], index) => `added_${index} AS (${additionOf(insert, index + 3, types)})`,
    );
    text = `WITH ${[`changed AS (${updateOf(kind, types)})`, ...added].join(",\n")}\nSELECT id, version FROM changed`;
    texts.set(key, text);
  }
  return text;
}

/** With the list of ids PostgreSQL uses the index, whatever number of rows it expects in the parameter. */
function updateOf({ table, columns, beside }: KnownChangeKind, types: ColumnTypes): string {
  const besideFields = Object.fromEntries(beside.map((_, index) => [besideField(index), "text"] as const));
  const fields = { ...columns, id: "uuid", version: "text", ...besideFields } as const;
  const unchanged = beside.map(
    (other, index) =>
      `AND ${other.table}.id = ${table}.${other.column} AND ${other.table}.xmin = given.${besideField(index)}::xid`,
  );
  const set = Object.keys(columns).map((name) => `${name} = given.${name}`);
  return `UPDATE ${table} SET ${set.join(", ")}
    FROM ${[recordset(fields, types, 1), ...beside.map((other) => other.table)].join(", ")}
    WHERE ${table}.id = ANY ($2::uuid[]) AND ${table}.id = given.id AND ${table}.xmin = given.version::xid
      ${unchanged.join("\n      ")}
    RETURNING ${table}.id, ${table}.xmin::text AS version`;
}

/** The field with the version of one of the rows beside. */
function besideField(index: number): string {
  return `beside_${index}`;
}

function additionOf(insert: RowsToInsert, parameter: number, types: ColumnTypes): string {
  return insertOf(insert, types, { parameter, only: ofWhatHasChanged });
}

const ofWhatHasChanged = {
  fields: { changed_id: "uuid" },
  condition: "changed_id IN (SELECT id FROM changed)",
} as const;
