import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { type Duration, durationSeconds, secretMask, withoutPasswords } from "@ostinato/core";
import { readKey } from "./keys.ts";
import { networkOf } from "./networks.ts";

/** A setting in the environment that can't be used. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "CONFIG_ERROR";
}

export type DatabaseLocation =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgresql"; readonly url: string };

/** A retention time: a duration such as `30d`, or for ever. */
export type Keep = "never" | (Duration & string);

/** All settings of the server, read once and never changed. */
export interface Config {
  /** Folder for the database file, results and the profile. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** The required `user:password`; undefined if no credentials are required. */
  readonly authString: string | undefined;
  readonly database: DatabaseLocation;
  /** Keys that seal the secrets of blocks, in base64. Empty if the server has a key file. */
  readonly encryptionKeys: readonly string[];
  /** Path below which UI and API stand: `/`, or `/ostinato/`. Begins and ends with a slash. */
  readonly basePath: string;
  /** Origins of other sites that a browser may call the API from. None by default. */
  readonly corsOrigins: readonly string[];
  /** Host names that are answered besides the machine's own. */
  readonly allowedHosts: readonly string[];
  /** Buckets from which results are read to be shown, by their addresses. */
  readonly resultBuckets: readonly string[];
  /** A result larger than this many bytes goes to a store of the client's. */
  readonly resultSizeLimitBytes: number;
  /** Connections to PostgreSQL for writes and quick reads. */
  readonly poolSize: number;
  readonly logLevel: string;
  /** Whether each commit on SQLite is forced to the disk: `full` outlives a loss of power, `normal` any crash of programs. */
  readonly sqliteSynchronous: "normal" | "full";
  /** How long data is kept, by kind. */
  readonly retentionRuns: Keep;
  readonly retentionLogs: Keep;
  readonly retentionEvents: Keep;
  readonly retentionArtifacts: Keep;
  readonly retentionLatestArtifacts: Keep;
  readonly retentionResults: Keep;
  /** Where people open the pages, for links in notifications. Ends with a slash. Undefined for the address that the server listens on. */
  readonly uiUrl: string | undefined;
  /** Private networks that automations may call. */
  readonly privateTargets: readonly string[];
  /** Requests that are worked on at once. */
  readonly maxRequests: number;
  /** Requests that may wait until one of those ends. */
  readonly maxWaiting: number;
  /** How long a request waits before it is refused because the server is busy. */
  readonly waitSeconds: number;
  /** Bytes of requests and large answers in memory at once, and as many of events that are not durable yet. */
  readonly maxBytes: number;
  /** Open websockets. */
  readonly maxSockets: number;
  /** Bytes that a subscriber of events or logs may leave unread. */
  readonly socketBacklogBytes: number;
  /** The time limit for sending one request. */
  readonly requestSeconds: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Setting<T> {
  readonly variable: string;
  /** Prefect's variable with the same meaning, read if ours is not set. */
  readonly alias?: string;
  readonly about: string;
  /** Never shown, logged or put into a message: stars are, or what `masked` makes of it. */
  readonly secret?: true;
  readonly masked?: (text: string) => string;
  readonly read: (text: string | undefined, environment: Environment) => T;
}

/** Every setting: its variable, its purpose, its parser. The documentation is generated from this table. */
export const settings: { readonly [K in keyof Config]: Setting<Config[K]> } = {
  home: {
    variable: "OSTINATO_HOME",
    about: "Folder for the database file, results and the profile; ~/.ostinato unless set",
    read: (text) => resolve(text ?? join(homedir(), ".ostinato")),
  },
  host: {
    variable: "OSTINATO_SERVER_HOST",
    about: "Address to listen on; 127.0.0.1 unless set",
    read: (text) => text ?? "127.0.0.1",
  },
  port: {
    variable: "OSTINATO_SERVER_PORT",
    about: "Port to listen on; 4200 unless set, 0 for any free one",
    read: wholeNumber({ fallback: 4200, min: 0, max: 65_535 }),
  },
  authString: {
    variable: "OSTINATO_SERVER_API_AUTH_STRING",
    alias: "PREFECT_SERVER_API_AUTH_STRING",
    about: "user:password that everybody has to give who uses the server; nobody is asked unless set",
    secret: true,
    read: authString,
  },
  database: {
    variable: "OSTINATO_DATABASE_URL",
    about:
      "sqlite:///path/to/file or postgresql://user:password@host/database; ostinato.db in the home folder unless set",
    secret: true,
    masked: withoutPasswords,
    read: (text, environment) => readDatabase(text, settings.home.read(environment.OSTINATO_HOME, environment)),
  },
  encryptionKeys: {
    variable: "OSTINATO_ENCRYPTION_KEY",
    alias: "PREFECT_SERVER_ENCRYPTION_KEY",
    about:
      "Key that seals the secrets of blocks: 32 random bytes in base64, as `openssl rand -base64 32` gives; several servers need the same; with commas, the further ones only open what they sealed. A key file is made unless set, beside a SQLite database or in the home folder",
    secret: true,
    read: encryptionKeys,
  },
  basePath: {
    variable: "OSTINATO_SERVER_BASE_PATH",
    about: "Path below which the UI and the API stand, behind a proxy; / unless set",
    read: (text) => `/${(text ?? "").split("/").filter(Boolean).join("/")}/`.replace("//", "/"),
  },
  corsOrigins: {
    variable: "OSTINATO_SERVER_CORS_ORIGINS",
    about: "Origins of other sites that browsers may call the API from, with commas, * for all; none unless set",
    read: list,
  },
  allowedHosts: {
    variable: "OSTINATO_SERVER_ALLOWED_HOSTS",
    about:
      "Host names that are this server's besides this machine's own, as behind a proxy or in a network of containers, with commas; * for any",
    read: list,
  },
  privateTargets: {
    variable: "OSTINATO_SERVER_PRIVATE_TARGETS",
    about:
      "Private networks that the webhooks and notifications of automations may call, as 10.0.0.0/8 or 127.0.0.1, with commas; none unless set, so that nobody reaches what only this machine can",
    read: networks,
  },
  uiUrl: {
    variable: "OSTINATO_UI_URL",
    alias: "PREFECT_UI_URL",
    about:
      "Address at which people open the pages, for links in notifications, as https://flows.example.com; that of the server on this machine unless set",
    read: pagesAddress,
  },
  resultBuckets: {
    variable: "OSTINATO_SERVER_RESULT_BUCKETS",
    about:
      "Buckets from which the server reads results of Python to show them, as s3://lake or gs://lake/results, with commas, * for all; none unless set, since whoever may write blocks then chooses what is read, with this machine's own rights where a block has no keys",
    read: list,
  },
  resultSizeLimitBytes: {
    variable: "OSTINATO_RESULT_SIZE_LIMIT",
    about: "Largest result kept in the database, in bytes; 1048576 unless set",
    read: wholeNumber({ fallback: 1024 * 1024, min: 0, max: 64 * 1024 * 1024 }),
  },
  poolSize: {
    variable: "OSTINATO_DATABASE_POOL_SIZE",
    about: "Connections to PostgreSQL; 10 unless set",
    read: wholeNumber({ fallback: 10, min: 1, max: 1000 }),
  },
  logLevel: {
    variable: "OSTINATO_LOG_LEVEL",
    about: "trace, debug, info, warn, error or silent; info unless set",
    read: oneOf(["info", "trace", "debug", "warn", "error", "fatal", "silent"]),
  },
  sqliteSynchronous: {
    variable: "OSTINATO_SQLITE_SYNCHRONOUS",
    about:
      "normal, or full to keep every commit through a loss of power too, at about a tenth of the speed; normal unless set",
    read: oneOf(["normal", "full"]),
  },
  retentionRuns: {
    variable: "OSTINATO_RETENTION_RUNS",
    about:
      "How long finished runs are kept after their end, with their task runs, states, inputs, logs and results: 30d, 12h or never removed; 90d unless set",
    read: keep("90d"),
  },
  retentionLogs: {
    variable: "OSTINATO_RETENTION_LOGS",
    about: "How long log lines are kept, or never removed before their run; 90d unless set",
    read: keep("90d"),
  },
  retentionEvents: {
    variable: "OSTINATO_RETENTION_EVENTS",
    about: "How long events are kept, or never removed; 14d unless set",
    read: keep("14d"),
  },
  retentionArtifacts: {
    variable: "OSTINATO_RETENTION_ARTIFACTS",
    about:
      "How long artifacts without a key, and all but the newest version of each key, are kept, or never removed; 90d unless set",
    read: keep("90d"),
  },
  retentionLatestArtifacts: {
    variable: "OSTINATO_RETENTION_LATEST_ARTIFACTS",
    about: "How long the newest version of each key of artifacts is kept; never removed unless set",
    read: keep("never"),
  },
  retentionResults: {
    variable: "OSTINATO_RETENTION_RESULTS",
    about:
      "How long the data of results that no resume and no cache needs is kept, or never removed before its run; previews stay; 30d unless set",
    read: keep("30d"),
  },
  maxRequests: {
    variable: "OSTINATO_SERVER_MAX_REQUESTS",
    about: "Requests that are worked on at once; 512 unless set",
    read: wholeNumber({ fallback: 512, min: 1, max: 1_000_000 }),
  },
  maxWaiting: {
    variable: "OSTINATO_SERVER_MAX_WAITING",
    about:
      "Requests that may wait until one of those ends, before others are answered with 503 or 429; 4096 unless set",
    read: wholeNumber({ fallback: 4096, min: 0, max: 1_000_000 }),
  },
  waitSeconds: {
    variable: "OSTINATO_SERVER_WAIT_SECONDS",
    about: "How long a request waits before it is answered with 503; 10 unless set",
    read: wholeNumber({ fallback: 10, min: 1, max: 3600 }),
  },
  maxBytes: {
    variable: "OSTINATO_SERVER_MAX_BYTES",
    about:
      "Bytes of requests and large answers in memory at once, and as many of events on their way to the database; 67108864 unless set",
    read: wholeNumber({ fallback: 64 * 1024 * 1024, min: 1024 * 1024, max: 64 * 1024 * 1024 * 1024 }),
  },
  maxSockets: {
    variable: "OSTINATO_SERVER_MAX_SOCKETS",
    about: "Open websockets; 5000 unless set",
    read: wholeNumber({ fallback: 5000, min: 1, max: 1_000_000 }),
  },
  socketBacklogBytes: {
    variable: "OSTINATO_SERVER_SOCKET_BACKLOG",
    about: "Bytes that a subscriber may leave unread before it is sent away; 8388608 unless set",
    read: wholeNumber({ fallback: 8 * 1024 * 1024, min: 1024, max: 1024 * 1024 * 1024 }),
  },
  requestSeconds: {
    variable: "OSTINATO_SERVER_REQUEST_SECONDS",
    about: "How long a client may take to send one request; 60 unless set",
    read: wholeNumber({ fallback: 60, min: 1, max: 3600 }),
  },
};

/** Reads the settings. An invalid one throws a `ConfigError` with the variable, the value and the expected form. */
export function readConfig(environment: Environment = process.env, overrides: Partial<Config> = {}): Config {
  const read = Object.entries(settings).map(([name, setting]) => {
    return [name, readSetting(setting, textOf(setting, environment), environment)] as const;
  });
  return Object.freeze({ ...(Object.fromEntries(read) as unknown as Config), ...overrides });
}

/** The text of a setting as anybody may see it. A user may have written an address with a password into any of them. */
export function maskedSetting({ secret, masked }: Pick<Setting<unknown>, "secret" | "masked">, text: string): string {
  if (masked !== undefined) return masked(text);
  return secret === true ? secretMask : withoutPasswords(text);
}

/** The text that a value of a setting is read from; null where there is none. */
export function settingText(value: Config[keyof Config]): string | null {
  if (value === undefined) return null;
  if (typeof value !== "object") return String(value);
  if ("kind" in value) return value.kind === "sqlite" ? `sqlite://${value.file}` : value.url;
  return value.length === 0 ? null : value.join(",");
}

/** An empty variable counts as unset. */
function textOf({ variable, alias }: Setting<unknown>, environment: Environment): string | undefined {
  return environment[variable] || (alias === undefined ? undefined : environment[alias]) || undefined;
}

function readSetting(setting: Setting<unknown>, text: string | undefined, environment: Environment): unknown {
  try {
    return setting.read(text, environment);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const shown = text === undefined ? undefined : JSON.stringify(maskedSetting(setting, text));
    throw new ConfigError(`${setting.variable}=${shown} ${reason}. It is: ${setting.about}.`);
  }
}

function authString(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const colon = text.indexOf(":");
  if (colon > 0 && colon < text.length - 1) return text;
  throw new RangeError("has no user, colon and password");
}

function encryptionKeys(text: string | undefined): readonly string[] {
  const keys = list(text);
  if (keys.some((key) => readKey(key) === undefined)) throw new RangeError("is not 32 bytes in base64");
  return keys;
}

/** One of the words; the first where none is given. */
function oneOf<const W extends string>(words: readonly [W, ...W[]]) {
  return (text: string | undefined): W => {
    const word = text === undefined ? words[0] : words.find((known) => known === text);
    if (word === undefined) throw new RangeError(`is not one of ${words.join(", ")}`);
    return word;
  };
}

function wholeNumber({ fallback, min, max }: { fallback: number; min: number; max: number }) {
  return (text: string | undefined): number => {
    if (text === undefined) return fallback;
    const number = Number(text);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    throw new RangeError(`is not a whole number from ${min} to ${max}`);
  };
}

/** Nothing that has just ended is removed: its user may still want to read it. */
const minKeepSeconds = 3600;

function keep(fallback: Keep) {
  return (text: string | undefined): Keep => {
    const given = (text ?? fallback).trim().toLowerCase();
    if (given === "never") return given;
    const seconds = /^[\d.]+(m|h|d)$/.test(given) ? durationSeconds(given as Duration) : 0;
    if (seconds >= minKeepSeconds) return given as Keep;
    throw new RangeError("is neither a duration of an hour or more, such as 30d or 12h, nor never");
  };
}

function list(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

function networks(text: string | undefined): readonly string[] {
  const given = list(text);
  const wrong = given.find((network) => networkOf(network) === undefined);
  if (wrong === undefined) return given;
  throw new RangeError(
    `has ${JSON.stringify(wrong)}, which is not a network: write an address, or one with bits as 10.0.0.0/8`,
  );
}

function pagesAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new RangeError("is not an address with http or https");
  return `${url.origin}${url.pathname.replace(/\/*$/, "/")}`;
}

export function readDatabase(text: string | undefined, home: string): DatabaseLocation {
  if (text === undefined) return { kind: "sqlite", file: join(home, "ostinato.db") };
  if (/^postgres(ql)?(\+\w+)?:\/\//.test(text)) {
    const url = text.replace(/^postgres(ql)?(\+\w+)?:/, "postgresql:");
    if (!URL.canParse(url))
      throw new RangeError(
        "is not a valid address: write what is not a letter or digit as %40, and a port as a number",
      );
    return { kind: "postgresql", url };
  }
  const file = /^sqlite(?:\+\w+)?:\/\/\/?(.+)$/.exec(text)?.[1];
  if (file === undefined) throw new RangeError("is neither sqlite:///… nor postgresql://…");
  return { kind: "sqlite", file: text.includes(":////") || isAbsolute(file) ? file : absolutePath(text, file) };
}

/** `sqlite:///x` is the absolute `/x`, as a URL has it. */
function absolutePath(text: string, file: string): string {
  return /^sqlite(?:\+\w+)?:\/\/\//.test(text) ? `/${file}` : resolve(file);
}
