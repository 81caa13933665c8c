import { Nowhere, type RequestError, refused } from "../kernel/errors.ts";

/** What Prefect's API has and this server has not yet, by the first part of the path. */
const absentNouns: Readonly<Record<string, string>> = {
  automations: "Automations",
  block_capabilities: "Blocks",
  block_documents: "Blocks",
  block_schemas: "Blocks",
  block_types: "Blocks",
  collections: "Collections",
  deployments: "Deployments",
  templates: "Templates",
  variables: "Variables",
  work_pools: "Work pools",
  work_queues: "Work queues",
};

/** Why nothing stands at a path below the API: an empty phrase of HTTP, or the name of what is still to come. */
export function absence(path: string): RequestError {
  const noun = absentNouns[path.split("/").find((part) => part !== "") ?? ""];
  if (noun === undefined) return new Nowhere();
  return refused("FEATURE_ABSENT", `${noun} are not part of this version of Ostinato yet.`);
}
