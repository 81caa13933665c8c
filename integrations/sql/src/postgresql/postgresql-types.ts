import type { CustomTypesConfig } from "pg";
import pg from "pg";
import { exactJson, wholeNumber } from "../exact-json.ts";

type Parse = (text: string) => unknown;

const { builtins } = pg.types;

/** Its types say that it is a function. */
const arrayParser = pg.types.arrayParser as unknown as {
  create(text: string, parse: Parse): { parse(): unknown[] };
};

/** A moment as ISO 8601 with all of its digits; "infinity" and years before Christ stay as PostgreSQL writes them. */
const moment: Parse = (text) =>
  /^\d{4,}-\d\d-\d\d \d\d:/.test(text) && !text.endsWith("BC") ? text.replace(" ", "T").replace(/\+00$/, "Z") : text;

const bytes: Parse = (text) => new Uint8Array(Buffer.from(text.slice("\\x".length), "hex"));

/** Types of PostgreSQL by their ids, each with the id of its arrays. All other types stay the text that PostgreSQL writes. */
const types: readonly (readonly [id: number, arrayId: number, parse: Parse])[] = [
  [builtins.BOOL, 1000, (text) => text === "t"],
  [builtins.INT2, 1005, Number],
  [builtins.INT4, 1007, Number],
  [builtins.INT8, 1016, wholeNumber],
  [builtins.OID, 1028, Number],
  [builtins.FLOAT4, 1021, Number],
  [builtins.FLOAT8, 1022, Number],
  [builtins.JSON, 199, exactJson],
  [builtins.JSONB, 3807, exactJson],
  [builtins.BYTEA, 1001, bytes],
  [builtins.TIMESTAMP, 1115, moment],
  [builtins.TIMESTAMPTZ, 1185, moment],
  [builtins.NUMERIC, 1231, String],
  [builtins.DATE, 1182, String],
  [builtins.TIME, 1183, String],
  [builtins.TIMETZ, 1270, String],
  [builtins.INTERVAL, 1187, String],
  [builtins.UUID, 2951, String],
  [builtins.TEXT, 1009, String],
  [builtins.VARCHAR, 1015, String],
  [builtins.BPCHAR, 1014, String],
];

const parsers = new Map<number, Parse>(
  types.flatMap(([id, arrayId, parse]) => [
    [id, parse],
    [arrayId, (text: string) => arrayParser.create(text, parse).parse()],
  ]),
);

/** Values without loss: what JavaScript has no number or moment for stays text. */
export const exactTypes: CustomTypesConfig = {
  getTypeParser: ((id: number) => parsers.get(id) ?? String) as CustomTypesConfig["getTypeParser"],
};
