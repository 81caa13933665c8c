import type pg from "pg";
import type { Metrics } from "../../kernel/metrics.ts";
import type { ColumnTypes } from "../columns.ts";
import type { RowsToInsert, Work } from "../dialect.ts";
import { gatherInto, insertOf, recordset } from "../insert-rows.ts";
import { writeJson } from "../json-text.ts";
import { type KnownChange, type KnownChangeKind, NotInOneStatement } from "../known-change.ts";
import { type NamedStatement, namedStatement } from "../statement-name.ts";
import { writersBy } from "./writer.ts";

export interface KnownChanges {
  /** How many wait to be sent. */
  readonly waiting: number;
  /** Runs the unit and notes what it adds. Resolves when the change is durable; rejects with `NotInOneStatement` where nothing was kept. */
  add<T>(work: Work<T>, change: KnownChange, ready: () => void): Promise<T>;
  /** Sends those that wait, as one statement. Without a client none is kept. Never throws. */
  send(client: pg.Client | undefined): Promise<void>;
}

export interface KnownChangesOptions {
  readonly types: ColumnTypes;
  /** Finds out whether a change was kept whose answer was lost. */
  readonly wasKept: (change: KnownChange) => Promise<boolean>;
  readonly metrics?: Pick<Metrics, "observe"> | undefined;
}

/** So that a burst is acknowledged in steps. */
const maxChanges = 64;

interface Waiting {
  readonly change: KnownChange;
  readonly additions: readonly RowsToInsert[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Changes of remembered rows that arrive together are one statement with its own commit: one round trip, and for sixteen of
 * them a tenth of the CPU that sixteen units of work take.
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
      const changes = waiting.splice(0, numberOfOneKind(waiting));
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
        // Others need not wait for the answers.
        for (const one of changes) isRolledBack(error) ? settle(one, undefined) : void find(one);
      }
      metrics?.observe("commit_seconds", (performance.now() - began) / 1000);
      metrics?.observe("commit_units", changes.length);
    },
  };
}

/** How many of the first of them are of one kind. */
function numberOfOneKind(waiting: readonly Waiting[]): number {
  const [first] = waiting;
  const other = waiting.findIndex(({ change }) => change.kind !== first?.change.kind);
  return Math.min(maxChanges, other < 0 ? waiting.length : other);
}

/** PostgreSQL said that it took the statement back: bad values, broken constraints, conflicts with others, locks waited for in vain. */
function isRolledBack(error: unknown): boolean {
  return /^(?:22|23|40|42|55)...$/.test((error as { readonly code?: string }).code ?? "");
}

/** Writers that keep the rows which a unit adds, and can do nothing else. */
function gatheringWriters(additions: RowsToInsert[]): Parameters<Work<unknown>> {
  const refuse = (): never => {
    throw new NotInOneStatement("The unit does more than to add rows");
  };
  const writers = writersBy({ ask: refuse, defer: refuse });
  for (const writer of writers) gatherInto(writer, additions);
  return writers;
}

/** Rows of one table that several changes add. */
interface Addition {
  readonly insert: RowsToInsert;
  readonly rows: object[];
}

function statementOf(changes: readonly Waiting[], types: ColumnTypes): NamedStatement {
  const additions = new Map<string, Addition>();
  for (const { change, additions: own } of changes) {
    for (const insert of own) {
      const key = `${insert.into} ${insert.ending ?? ""}`;
      const addition = additions.get(key) ?? { insert, rows: [] };
      additions.set(key, addition);
      for (const row of insert.rows) addition.rows.push({ ...row, changed_id: change.id });
    }
  }
  const sorted = [...additions].sort(([one], [other]) => (one < other ? -1 : 1));
  const given = changes.map(({ change: { id, versions, set } }) => ({
    ...set,
    id,
    version: versions.row,
    beside: versions.beside,
  }));
  return namedStatement(textOf(changes, sorted, types), [
    writeJson(given),
    given.map(({ id }) => id),
    ...sorted.map(([, addition]) => writeJson(addition.rows)),
  ]);
}

/** By the names of what is added: there are as many as there are kinds of transitions. */
const texts = new Map<string, string>();

function textOf(
  [first]: readonly Waiting[],
  additions: readonly (readonly [string, Addition])[],
  types: ColumnTypes,
): string {
  if (first === undefined) throw new RangeError("A statement changes something");
  const { kind } = first.change;
  const key = [kind.table, ...additions.map(([name]) => name)].join("\n");
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

/** The list of ids makes PostgreSQL find the rows by their index, whatever it believes of the number of rows in a parameter. */
function updateOf({ table, columns, beside }: KnownChangeKind, types: ColumnTypes): string {
  const fields = { ...columns, id: "uuid", version: "text", beside: "text" } as const;
  const set = Object.keys(columns).map((name) => `${name} = given.${name}`);
  return `UPDATE ${table} SET ${set.join(", ")}
    FROM ${recordset(fields, types, { parameter: 1 })}, ${beside.table}
    WHERE ${table}.id = ANY ($2::uuid[]) AND ${table}.id = given.id AND ${table}.xmin = given.version::xid
      AND ${beside.table}.id = ${table}.${beside.column} AND ${beside.table}.xmin = given.beside::xid
    RETURNING ${table}.id, ${table}.xmin::text AS version`;
}

function additionOf(insert: RowsToInsert, parameter: number, types: ColumnTypes): string {
  return insertOf(insert, types, {
    parameter,
    only: "WHERE changed_id IN (SELECT id FROM changed)",
    and: "changed_id uuid",
  });
}
