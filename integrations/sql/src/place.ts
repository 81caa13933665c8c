import { UsageError } from "ostinato";

/** The databases that this package speaks to. */
export type DialectName = "postgresql" | "mysql" | "sqlite" | "duckdb";

/** Where a database is, and who asks. */
export interface DatabasePlace {
  readonly dialect: DialectName;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** The name of the database, or its file. */
  readonly database?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** How to connect, in the words of the driver: `{ sslmode: "require" }`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A connection in the words of Prefect's `ConnectionComponents`. */
export interface ConnectionComponents {
  /** A dialect of SQLAlchemy and its driver, such as `postgresql+psycopg2`. TypeScript goes by the dialect. */
  readonly driver: string;
  readonly database?: string | null;
  readonly username?: string | null;
  readonly password?: string | null;
  readonly host?: string | null;
  readonly port?: number | null;
  readonly query?: Readonly<Record<string, string>> | null;
}

const dialects: Readonly<Record<string, DialectName>> = {
  postgresql: "postgresql",
  postgres: "postgresql",
  mysql: "mysql",
  mariadb: "mysql",
  sqlite: "sqlite",
  duckdb: "duckdb",
};

/** SQLAlchemy's drivers that Python's `AsyncSqlAlchemyConnector` takes, and its `SqlAlchemyConnector` refuses. */
const asyncDrivers = new Set([
  "postgresql+asyncpg",
  "sqlite+aiosqlite",
  "mysql+asyncmy",
  "mysql+aiomysql",
  "oracle+oracledb_async",
]);

export function isAsyncDriver(driver: string): boolean {
  return asyncDrivers.has(driver);
}

/** Throws a UsageError where the driver is for a database that this package does not speak to. */
export function placeOf(components: ConnectionComponents, connectArgs: object = {}): DatabasePlace {
  const { driver, host, port, database, username, password, query } = components;
  const [name = ""] = driver.split("+");
  const dialect = dialects[name.toLowerCase()];
  if (dialect === undefined) {
    throw new UsageError(
      `The driver of a database is ${JSON.stringify(driver)}: @ostinato/sql has postgresql, mysql, sqlite and duckdb, as in "postgresql+psycopg2".`,
    );
  }
  // A socket's folder has no place in a URL but its query.
  const {
    host: otherHost,
    port: otherPort,
    ...settings
  } = { ...query, ...connectArgs } as Readonly<Record<string, unknown>>;
  return {
    dialect,
    host: host ?? (otherHost === undefined ? undefined : String(otherHost)),
    port: port ?? (otherPort === undefined ? undefined : Number(otherPort)),
    database: database ?? undefined,
    username: username ?? undefined,
    password: password ?? undefined,
    settings,
  };
}

/** The parts of SQLAlchemy's URLs, which are not those of the web: a database may hold slashes, and a password an "@". */
const urlPattern =
  /^(?<driver>[\w+]+):\/\/(?:(?<username>[^:/]*)(?::(?<password>[^@]*))?@)?(?:\[(?<address>[^/?]+)\]|(?<host>[^/:?]+))?(?::(?<port>[^/?]*))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;

/**
 * Reads a URL as SQLAlchemy does: `postgresql+psycopg2://user:password@host:5432/shop?sslmode=require`, `sqlite:///file.db`,
 * `sqlite:////absolute.db`, `duckdb:///:memory:`. Errors never repeat it, since it may hold a password.
 */
export function componentsOf(url: string): ConnectionComponents {
  const parts = urlPattern.exec(url)?.groups;
  if (parts?.driver === undefined) {
    throw new UsageError(
      'The URL of a database cannot be read: write it as "postgresql://user:password@host:5432/database", with %40 for an "@" in the password.',
    );
  }
  const { driver, username, password, address, host = address, port, database, query } = parts;
  if (port !== undefined && port !== "" && !/^\d+$/.test(port)) {
    throw new UsageError(
      `The URL of a ${driver} database has a port that is not a number: write host:5432, and %40, %3A and %2F for "@", ":" and "/" in the password.`,
    );
  }
  return {
    driver: driver === "postgres" ? "postgresql" : driver,
    ...(username ? { username: decoded(username) } : {}),
    ...(password ? { password: decoded(password) } : {}),
    ...(host ? { host } : {}),
    ...(port ? { port: Number(port) } : {}),
    ...(database ? { database: decodedPath(driver, database) } : {}),
    ...(query ? { query: Object.fromEntries(new URLSearchParams(query)) } : {}),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError(
      'The URL of a database has a "%" that begins no code: write %25 for a "%" in the name or the password.',
    );
  }
}

/** Files are taken as they are written, as SQLAlchemy takes them. */
function decodedPath(driver: string, database: string): string {
  return /^(sqlite|duckdb)/.test(driver) ? database : decoded(database);
}

/** The database for messages, without its password: `postgresql://app@db.example:5432/shop`. */
export function shownPlace({ dialect, username, host, port, database = "" }: DatabasePlace): string {
  if (dialect === "sqlite" || dialect === "duckdb") return `${dialect}:///${database === "" ? ":memory:" : database}`;
  const user = username === undefined ? "" : `${username}@`;
  return `${dialect}://${user}${host ?? "localhost"}${port === undefined ? "" : `:${port}`}/${database}`;
}
