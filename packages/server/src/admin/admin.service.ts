import { formatTimestamp, secretMask, type Timestamp, timeOrderedId } from "@ostinato/core";
import { lookAtProcess } from "@ostinato/core/process";
import type { Json, ReplyOf, readServerInfo } from "@ostinato/protocol";
import type { SavedFile } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import { refused } from "../kernel/errors.ts";
import { unit } from "../kernel/unit.ts";
import { productVersion } from "../kernel/versions.ts";
import * as queries from "./admin.queries.ts";

const askAgainMillis = 1000;

/** Returns why nothing can be written now, or undefined. Calls during a check, or soon after, share its answer. */
export function readiness(): (context: Context) => Promise<string | undefined> {
  let latest: Promise<string | undefined> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return async (context) => {
    if (latest === undefined || performance.now() - askedAt > askAgainMillis) {
      askedAt = Number.POSITIVE_INFINITY;
      latest = troubleOf(context).finally(() => {
        askedAt = performance.now();
      });
    }
    return (await latest) ?? lostFile(context);
  };
}

async function troubleOf(context: Context): Promise<string | undefined> {
  const { clock, log } = context;
  const lost = lostFile(context);
  if (lost !== undefined) return lost;
  try {
    const now = clock.now();
    await unit(context, ({ tx }) => queries.insertProbe(tx, { id: timeOrderedId(now), now }), { patienceSeconds: 1 });
    await unit(context, ({ tx }) => queries.deleteProbe(tx));
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ reason }, "the database can't be written");
    return `Database is not available: ${reason}`;
  }
}

function lostFile({ db }: Context): string | undefined {
  try {
    db.file?.check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Saves the open database if its file is no longer in its place. */
export function saveDatabase(context: Context): SavedFile {
  const { db, log } = context;
  if (db.file === undefined)
    throw refused("NOTHING_TO_SAVE", "The database is on PostgreSQL: nothing of it is in a file of this server's.");
  if (lostFile(context) === undefined) {
    throw refused(
      "NOTHING_TO_SAVE",
      'The database file is in its place: "ostinato server backup <file>" copies it while the server goes on.',
    );
  }
  const saved = db.file.save();
  log.warn(saved, "saved what is in the open database");
  return saved;
}

/** The size of the database on its disk. */
export function databaseBytes({ db }: Pick<Context, "db">): Promise<number | null> {
  return queries.databaseBytes(db);
}

/** `process` names the calling process, if the caller gives it. */
export async function info(
  { config, clock }: Context,
  { started, process }: { readonly started: Timestamp; readonly process: string | undefined },
): Promise<ReplyOf<typeof readServerInfo>> {
  return {
    product: "ostinato",
    version: productVersion,
    database: config.database.kind,
    started: formatTimestamp(started),
    now: formatTimestamp(clock.now()),
    result_size_limit_bytes: config.resultSizeLimitBytes,
    sees_process: process !== undefined && (await lookAtProcess(process)) === "alive",
  };
}

/** The settings in the nesting of Prefect's own, because its programs look there. Secrets are masked. */
export function settings({ config }: Context): { readonly [key: string]: Json } {
  const authority = config.host.includes(":") ? `[${config.host}]` : config.host;
  return {
    home: config.home,
    api: { url: `http://${authority}:${config.port}${config.basePath}api` },
    results: { persist_by_default: true, size_limit_bytes: config.resultSizeLimitBytes },
    server: {
      logging_level: config.logLevel.toUpperCase(),
      analytics_enabled: false,
      metrics_enabled: true,
      api: {
        auth_string: config.authString === undefined ? null : secretMask,
        base_path: `${config.basePath}api`,
        cors_allowed_origins: config.corsOrigins.join(","),
        csrf_protection_enabled: false,
        default_limit: 200,
        host: config.host,
        port: config.port,
      },
      database: { connection_url: databaseLocation(config), driver: config.database.kind },
      ui: { enabled: true, serve_base: config.basePath },
    },
  };
}

/** The address of the database with the password masked. */
export function databaseLocation({ database }: Pick<Context["config"], "database">): string {
  if (database.kind === "sqlite") return `sqlite:///${database.file.replace(/^\//, "")}`;
  const url = new URL(database.url);
  if (url.password !== "") url.password = "********";
  for (const name of [...url.searchParams.keys()].filter((key) => /pass/i.test(key))) {
    url.searchParams.set(name, "********");
  }
  return url.href;
}

/** Blocks are not kept yet, so none can be the default. */
export function chooseDefaultStorage(blockDocumentId: string): never {
  throw refused("BLOCK_DOCUMENT_NOT_FOUND", `Block document ${blockDocumentId} not found.`);
}

/** Writes need no token: a browser's page of another origin is refused by its origin, and programs can't be tricked. */
export function csrfToken(): never {
  throw refused("CSRF_DISABLED", "CSRF protection is disabled.");
}
