import type { FieldPacket } from "mysql2";
import type { Row } from "../engine.ts";
import { exactJson } from "../exact-json.ts";
import { refuseEqualNames } from "../input-problem.ts";

type Parse = (value: unknown) => unknown;

const moment = (value: unknown) => String(value).replace(" ", "T");

/** By the numbers of types in MySQL's protocol. All other types stay what the driver makes of them. */
const parsers: Readonly<Record<number, Parse>> = {
  // TIMESTAMP: the session's time zone is UTC.
  7: (value) => `${moment(value)}Z`,
  // BIGINT: the driver gives text where a number would not be exact.
  8: (value) => (typeof value === "string" ? BigInt(value) : value),
  // DATETIME
  12: moment,
  // JSON
  245: (value) => (typeof value === "string" ? exactJson(value) : value),
};

/** Rows as they are, with the columns that the driver leaves as text made exact values. */
export function exactRows(rows: readonly Row[], fields: readonly FieldPacket[]): readonly Row[] {
  refuseEqualNames(fields.map(({ name }) => name));
  const changed = fields.flatMap(({ name, type }) => {
    const parse = type === undefined ? undefined : parsers[type];
    return parse === undefined ? [] : [{ name, parse }];
  });
  for (const row of rows) {
    for (const { name, parse } of changed) {
      if (row[name] !== null) row[name] = parse(row[name]);
    }
    for (const [name, value] of Object.entries(row)) {
      if (Buffer.isBuffer(value)) row[name] = new Uint8Array(value);
    }
  }
  return rows;
}
