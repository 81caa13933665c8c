import { isNotFound } from "@ostinato/client";
import { isUuid } from "@ostinato/core";
import type {
  ActionInput,
  filterAutomations,
  readDeployment,
  readDeploymentByName,
  readQueueOfPool,
  readWorkPool,
} from "@ostinato/protocol";
import { blockIdByName } from "../blocks/keeping.ts";
import { UsageError } from "../errors.ts";
import type { Api } from "../session/roles.ts";
import type { Action } from "./action.ts";
import { isReference, type Reference } from "./references.ts";

/** What the references mean where the server does not know them yet: a deployment that is about to be made. */
export type Expected = (reference: Reference) => boolean;

/** The actions as the API has them. A reference that is expected stays as it is. Throws a `UsageError` for one that is not there. */
export async function resolvedActions(
  api: Pick<Api, "client">,
  actions: readonly Action[],
  { what, isExpected = () => false }: { readonly what: string; readonly isExpected?: Expected },
): Promise<ActionInput[]> {
  const resolved: ActionInput[] = [];
  for (const { type, fields } of actions) {
    const entries: [string, unknown][] = [];
    for (const [field, value] of Object.entries(fields)) {
      const isOpen = isReference(value) && !isExpected(value);
      entries.push([field, isOpen ? await idOf(api, value, what) : value]);
    }
    resolved.push({ type, ...Object.fromEntries(entries) } as unknown as ActionInput);
  }
  return resolved;
}

async function idOf(api: Pick<Api, "client">, reference: Reference, what: string): Promise<string> {
  try {
    return await lookUp(api, reference);
  } catch (error) {
    if (!isNotFound(error) && !(error instanceof UsageError)) throw error;
    throw new UsageError(`${what}: there is no ${kindWords[reference.kind]} "${reference.name}" on the server`, {
      cause: error,
    });
  }
}

const kindWords = {
  deployment: "deployment",
  "work-pool": "work pool",
  "work-queue": "work queue",
  automation: "automation",
  block: "block",
} as const;

async function lookUp(api: Pick<Api, "client">, { kind, name }: Reference): Promise<string> {
  const { client } = api;
  const slash = name.indexOf("/");
  const [first, second] = [name.slice(0, slash), name.slice(slash + 1)];
  switch (kind) {
    case "deployment": {
      const row = isUuid(name)
        ? await client.call<typeof readDeployment>("GET /deployments/{id}", { params: { id: name } })
        : await client.call<typeof readDeploymentByName>("GET /deployments/name/{flow_name}/{deployment_name}", {
            params: { flow_name: first, deployment_name: second },
          });
      return row.id;
    }
    case "work-pool":
      return (await client.call<typeof readWorkPool>("GET /work_pools/{name}", { params: { name } })).id;
    case "work-queue":
      if (isUuid(name)) return name;
      return (
        await client.call<typeof readQueueOfPool>("GET /work_pools/{work_pool_name}/queues/{name}", {
          params: { work_pool_name: first, name: second },
        })
      ).id;
    case "automation": {
      if (isUuid(name)) return name;
      const automations = { name: { any_: [name] } };
      const [found, ...more] = await client.call<typeof filterAutomations>("POST /automations/filter", {
        body: { automations, limit: 2 },
      });
      if (found !== undefined && more.length === 0) return found.id;
      throw new UsageError(
        `${found === undefined ? "no automation has" : "several automations have"} the name "${name}"`,
      );
    }
    case "block":
      return await blockIdByName(api, { type: first, name: second });
    default:
      return kind satisfies never;
  }
}
