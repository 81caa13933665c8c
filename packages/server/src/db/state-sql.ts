import {
  failureStateTypes,
  openStateTypes,
  type StateName,
  type StateType,
  slotStateTypes,
  stateTypes,
  terminalStateTypes,
} from "@ostinato/core";
import { type RawBuilder, type SqlBool, sql } from "kysely";

// Conditions on the state columns of a run, made from the lists that programs use. The values are literals in the statement, so
// that the planners of both databases see them.

type Condition = RawBuilder<SqlBool>;

export function isTerminal(typeColumn: string): Condition {
  return isOfType(typeColumn, terminalStateTypes);
}

export function isOpen(typeColumn: string): Condition {
  return isOfType(typeColumn, openStateTypes);
}

export function isFailure(typeColumn: string): Condition {
  return isOfType(typeColumn, failureStateTypes);
}

/** True of runs in an open state, and of runs without a state. */
export function hasNotEnded(typeColumn: string): Condition {
  return sql`coalesce(${sql.ref(typeColumn)}, '') NOT IN (${literals(terminalStateTypes)})`;
}

export function isOfType(typeColumn: string, types: readonly StateType[]): Condition {
  return sql`${sql.ref(typeColumn)} IN (${literals(types)})`;
}

export function isNamed(nameColumn: string, name: StateName): Condition {
  return sql`${sql.ref(nameColumn)} = ${sql.lit(name)}`;
}

/**
 * True of runs that hold a slot of their work queue and its pool, for a table of that name. SQLite walks the index of just these runs only
 * when its second column, the id, has a bound too; else it takes an index of all runs of the queue.
 */
export function holdsSlot(table: string): Condition {
  return sql`(${sql.ref(`${table}.id`)} > ${sql.lit(leastUuid)} AND ${isOfType(`${table}.state_type`, slotStateTypes)})`;
}

const leastUuid = "00000000-0000-0000-0000-000000000000";

/** All types as rows, in a column `column1`. */
export const everyStateType = sql`(VALUES ${sql.join(stateTypes.map((type) => sql`(${sql.lit(type)})`))})`;

function literals(values: readonly string[]): RawBuilder<unknown> {
  return sql.join(values.map((value) => sql.lit(value)));
}
