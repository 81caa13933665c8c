import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { ServerPage } from "@ostinato/protocol";
import { databaseLocation } from "../../admin/admin.service.ts";
import { type Config, settings } from "../../kernel/config.ts";
import type { Context } from "../../kernel/context.ts";
import { productVersion } from "../../kernel/versions.ts";
import { describe, type Retention } from "../../retention/retention.service.ts";
import * as queries from "./server-page.queries.ts";

const countBounds = { max: 1_000_000, exactTo: 50_000 };

export interface ServerPageSources {
  readonly started: Timestamp;
  readonly retention: Retention;
}

export async function serverPage(context: Context, { started, retention }: ServerPageSources): Promise<ServerPage> {
  const { config, db } = context;
  const [counts, migration, kept] = await Promise.all([
    queries.rowCounts(db, countBounds),
    queries.newestMigration(db),
    describe(context, retention),
  ]);
  return {
    version: productVersion,
    started: formatTimestamp(started),
    database: config.database.kind,
    database_location: databaseLocation(config),
    database_size_bytes: kept.database_size_bytes,
    migration,
    counts: {
      flow_runs: counts.flow_run,
      task_runs: counts.task_run,
      logs: counts.log,
      artifacts: counts.artifact,
      events: counts.event,
    },
    retention: kept,
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
