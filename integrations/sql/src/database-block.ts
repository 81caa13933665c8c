import { secret, UsageError } from "ostinato";
import { described, sharedBlock } from "ostinato/integration";
import type { SqlDatabase } from "./database.ts";
import {
  type ConnectionComponents,
  componentsOf,
  type DatabasePlace,
  isAsyncDriver,
  placeOf,
  shownPlace,
} from "./place.ts";
import { sqlDatabase } from "./sql-database.ts";

const text = { type: "string" };
const none = { type: "null" };
const textOrNone = { anyOf: [text, none], default: null };
const password = { anyOf: [{ type: "string", format: "password", writeOnly: true }, none], default: null };
const port = { anyOf: [{ type: "integer" }, none], default: null };
const texts = { anyOf: [{ type: "object", additionalProperties: text }, none], default: null };
const anyObject = { anyOf: [{ type: "object", additionalProperties: true }, none], default: null };

const connectionComponents = {
  title: "ConnectionComponents",
  type: "object",
  required: ["driver"],
  properties: {
    driver: { ...text, title: "Driver" },
    database: { ...textOrNone, title: "Database" },
    username: { ...textOrNone, title: "Username" },
    password: { ...password, title: "Password" },
    host: { ...textOrNone, title: "Host" },
    port: { ...port, title: "Port" },
    query: { ...texts, title: "Query" },
  },
};

export interface DatabaseValues {
  /** The parts of the connection, or a URL of SQLAlchemy: `postgresql+psycopg2://user:password@host:5432/shop`. */
  readonly connection_info: ConnectionComponents | string;
  /** What Python's driver is told when it connects. TypeScript follows what the table in `docs/sql.md` names. */
  readonly connect_args?: Readonly<Record<string, unknown>> | null;
  /** How many rows Python fetches at a time. Only Python follows it. */
  readonly fetch_size?: number;
}

function valuesSchema(title: string) {
  return described<DatabaseValues>({
    title,
    required: ["connection_info"],
    properties: {
      connection_info: { anyOf: [{ $ref: "#/$defs/ConnectionComponents" }, text], title: "Connection Info" },
      connect_args: { ...anyObject, title: "Additional Connection Arguments" },
      fetch_size: { type: "integer", default: 1, title: "Fetch Size" },
    },
    $defs: { ConnectionComponents: connectionComponents },
  });
}

/**
 * A database of PostgreSQL, MySQL, SQLite or DuckDB: Prefect's `SqlAlchemyConnector`. `Database.load("warehouse")` gives a {@link SqlDatabase}.
 *
 * ```ts
 * import { Database } from "@ostinato/sql";
 *
 * await Database.save("warehouse", { connection_info: { driver: "postgresql", host: "db", database: "shop", username: "app", password: "…" } });
 *
 * const warehouse = await Database.load("warehouse");
 * const trips = await warehouse.query<{ id: number }>("SELECT id FROM trips WHERE day = :day", { day: "2026-01-31" });
 * ```
 *
 * A URL is kept as its parts, since Prefect's schema hides the password of the parts alone.
 */
export const Database = sharedBlock(
  {
    type: "sqlalchemy-connector",
    name: "SQLAlchemy Connector",
    description: "A database of PostgreSQL, MySQL, SQLite or DuckDB.",
    schema: valuesSchema("SqlAlchemyConnector"),
    secrets: ["connection_info.password"],
    kept: (values) => inParts(values, "Database"),
  },
  ofValues,
);

/** The same by Prefect's `AsyncSqlAlchemyConnector`, which takes drivers such as `postgresql+asyncpg` in Python. */
export const AsyncDatabase = sharedBlock(
  {
    type: "async-sqlalchemy-connector",
    name: "Async SQLAlchemy Connector",
    description:
      "A database of PostgreSQL, MySQL, SQLite or DuckDB, which programs in Python reach by an asynchronous driver.",
    schema: valuesSchema("AsyncSqlAlchemyConnector"),
    secrets: ["connection_info.password"],
    kept: (values) => inParts(values, "AsyncDatabase"),
  },
  ofValues,
);

export interface DatabaseCredentialsValues {
  readonly driver?: string | null;
  readonly username?: string | null;
  readonly password?: string | null;
  readonly database?: string | null;
  readonly host?: string | null;
  readonly port?: string | number | null;
  readonly query?: Readonly<Record<string, string>> | null;
  readonly url?: string | null;
  readonly connect_args?: Readonly<Record<string, unknown>> | null;
}

/** Blocks that `prefect-sqlalchemy` kept before version 0.5, as `DatabaseCredentials`. */
export const DatabaseCredentials = sharedBlock(
  {
    type: "database-credentials",
    name: "Database Credentials",
    description: "A database, as older programs in Python keep it.",
    schema: described<DatabaseCredentialsValues>({
      title: "DatabaseCredentials",
      properties: {
        driver: { ...textOrNone, title: "Driver" },
        username: { ...textOrNone, title: "Username" },
        password: { ...password, title: "Password" },
        database: { ...textOrNone, title: "Database" },
        host: { ...textOrNone, title: "Host" },
        port: { anyOf: [text, { type: "integer" }, none], default: null, title: "Port" },
        query: { ...texts, title: "Query" },
        url: { ...textOrNone, title: "Url" },
        connect_args: { ...anyObject, title: "Connect Args" },
      },
    }),
  },
  ({ url, connect_args, driver, port, ...components }) =>
    url
      ? ofValues({ connection_info: url, connect_args: connect_args ?? null })
      : ofValues({
          connection_info: { ...components, driver: driver ?? "", port: port ? Number(port) : null },
          connect_args: connect_args ?? null,
        }),
);

/** A database without a block: `database("sqlite:///shop.db")`, with a URL of SQLAlchemy or its parts. */
export function database(
  connection: string | ConnectionComponents,
  connectArgs: Readonly<Record<string, unknown>> = {},
): SqlDatabase {
  return ofValues({ connection_info: connection, connect_args: connectArgs });
}

type Values = Readonly<Record<string, unknown>>;

/** A URL as its parts, and a driver that Python's block of this type takes. */
function inParts(values: Values, block: "Database" | "AsyncDatabase"): Values {
  const { connection_info: given } = values;
  const parts = typeof given === "string" ? componentsOf(given) : (given as ConnectionComponents | undefined);
  if (typeof parts?.driver !== "string") return values;
  placeOf(parts);
  if (block === "Database" && isAsyncDriver(parts.driver)) {
    const [dialect] = parts.driver.split("+");
    throw new UsageError(
      `The driver of the block is "${parts.driver}", which Python takes in its asynchronous block alone: save it by AsyncDatabase, or as "${dialect}".`,
    );
  }
  return { ...values, connection_info: parts };
}

function ofValues({ connection_info, connect_args }: DatabaseValues): SqlDatabase {
  const components = typeof connection_info === "string" ? componentsOf(connection_info) : connection_info;
  // Prefect's schema does not hide the password in a URL; from here on nothing writes it down.
  if (components.password) secret(components.password).reveal();
  const place = placeOf(components, connect_args ?? {});
  return sqlDatabase(shownPlace(place), () => openEngine(place));
}

async function openEngine(place: DatabasePlace) {
  switch (place.dialect) {
    case "postgresql":
      return (await import("./postgresql/postgresql-engine.ts")).openPostgresql(place);
    case "mysql":
      return (await import("./mysql/mysql-engine.ts")).openMysql(place);
    case "sqlite":
      return (await import("./sqlite/sqlite-engine.ts")).openSqlite(place);
    case "duckdb":
      return (await import("./duckdb/duckdb-engine.ts")).openDuckdb(place);
    default:
      return place.dialect satisfies never;
  }
}
