import type { Timestamp } from "@ostinato/core";
import {
  clearDefaultStorage,
  readApiVersion,
  readCsrfToken,
  readDefaultStorage,
  readHealth,
  readHello,
  readMetrics,
  readReadiness,
  readServerInfo,
  readServerSettings,
  readServerVersion,
  saveDatabase,
  setDefaultStorage,
} from "@ostinato/protocol";
import { Answer, type Serve } from "../kernel/operation.ts";
import { matchedClientVersion, restApiVersion } from "../kernel/versions.ts";
import * as admin from "./admin.service.ts";

export function adminRoutes(serve: Serve, started: Timestamp): void {
  serve(readHealth, () => true as const);
  const readiness = admin.readiness();
  serve(readReadiness, async ({ context }) => {
    const trouble = await readiness(context);
    return trouble === undefined ? { message: "OK" } : new Answer(503, { message: trouble });
  });
  serve(saveDatabase, ({ context }) => admin.saveDatabase(context));
  serve(readHello, () => "👋");
  serve(readApiVersion, () => restApiVersion);
  serve(readServerVersion, () => matchedClientVersion);
  serve(readServerSettings, ({ context }) => admin.settings(context));
  serve(readServerInfo, ({ query, context }) => admin.info(context, { started, process: query.process }));
  serve(readDefaultStorage, () => ({ default_result_storage_block_id: null }));
  serve(setDefaultStorage, ({ body }) => admin.chooseDefaultStorage(body.default_result_storage_block_id));
  serve(clearDefaultStorage, () => null);
  serve(readMetrics, ({ context }) => context.metrics.text());
  serve(readCsrfToken, () => admin.csrfToken());
}
