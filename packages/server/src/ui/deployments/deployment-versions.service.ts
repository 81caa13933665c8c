import { formatTimestamp } from "@ostinato/core";
import type { listDeploymentVersions, QueryOf, ReplyOf } from "@ostinato/protocol";
import { readJson, readOptionalJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./deployment-versions.queries.ts";

const usualLimit = 20;

export async function deploymentVersions(
  { db }: Context,
  deploymentId: string,
  { limit, offset }: QueryOf<typeof listDeploymentVersions>,
): Promise<ReplyOf<typeof listDeploymentVersions>> {
  const query = { deploymentId, limit: limit ?? usualLimit, offset: offset ?? 0 };
  const [rows, count] = await Promise.all([queries.versionsOf(db, query), queries.countVersions(db, deploymentId)]);
  return {
    results: rows.map(({ id, created, version, version_info, definition, created_by }) => ({
      id,
      created: formatTimestamp(created),
      version,
      version_info: readOptionalJson(version_info),
      definition: readJson(definition),
      created_by: readOptionalJson(created_by),
    })),
    count,
  };
}
