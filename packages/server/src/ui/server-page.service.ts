import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { ServerPage } from "@ostinato/protocol";
import { databaseLocation } from "../admin/admin.service.ts";
import { type Config, settings } from "../config.ts";
import type { Context } from "../context.ts";
import { productVersion } from "../versions.ts";
import * as queries from "./server-page.queries.ts";

const mostCounted = 1_000_000;

export async function serverPage({ config, db }: Context, started: Timestamp): Promise<ServerPage> {
  const [counts, bytes, migration] = await Promise.all([
    queries.rowCounts(db, mostCounted),
    queries.databaseBytes(db),
    queries.newestMigration(db),
  ]);
  return {
    version: productVersion,
    started: formatTimestamp(started),
    database: config.database.kind,
    database_location: databaseLocation(config),
    database_size_bytes: bytes,
    migration,
    counts: {
      flow_runs: counts.flow_run,
      task_runs: counts.task_run,
      logs: counts.log,
      artifacts: counts.artifact,
      events: counts.event,
    },
    settings: settingsOf(config),
  };
}

function settingsOf(config: Config): ServerPage["settings"] {
  return Object.entries(settings).map(([name, { variable, about }]) => ({
    name,
    variable,
    value: name === "database" ? databaseLocation(config) : shown(config[name as keyof Config]),
    about,
  }));
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}
