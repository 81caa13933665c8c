import { isPlainObject } from "@ostinato/core";
import type { Links } from "@ostinato/templates";
import type { Config } from "../kernel/config.ts";

/** What a page is found by. */
interface Named {
  readonly id: string;
  readonly name: string | undefined;
  /** Of a work queue, where it is known. */
  readonly pool: string | undefined;
}

/** The page of an object below the address of the pages, by its kind as resources name it. */
const pages: Readonly<Record<string, (named: Named) => string | undefined>> = {
  automation: ({ id }) => `automations/automation/${id}`,
  "block-document": ({ id }) => `blocks/block/${id}`,
  "concurrency-limit": ({ name }) => below("concurrency-limits", name),
  deployment: ({ id }) => `deployments/${id}`,
  flow: ({ id }) => `flows/flow/${id}`,
  "flow-run": ({ id }) => `runs/flow-run/${id}`,
  "task-run": ({ id }) => `runs/task-run/${id}`,
  "work-pool": ({ name }) => below("work-pools", name),
  "work-queue": ({ name, pool }) => {
    const queues = below("work-pools", pool);
    return queues === undefined ? undefined : below(`${queues}/queues`, name);
  },
};

/**
 * The addresses of the objects that templates are given: those of `objects`, by the names that they have there, and resources and events by
 * what they are. Nothing has an address where nobody knows that of the pages.
 */
export function linksTo(config: PagesConfig, objects: Readonly<Record<string, unknown>>): Links {
  const uiUrl = addressOfPages(config);
  const kinds = new Map(Object.entries(objects).map(([name, object]) => [object, name.replaceAll("_", "-")]));
  const kindOf = (object: object): string | undefined => kinds.get(object) ?? resourceKind(object);
  return {
    page(object) {
      const kind = kindOf(object) ?? "";
      const path = isEvent(object) ? `events/${object.id}` : pages[kind]?.(named(object));
      return uiUrl === undefined || path === undefined ? undefined : new URL(path, uiUrl).href;
    },
    events(object) {
      const own = resourceId(object);
      const kind = kinds.get(object);
      const resource = own ?? (kind === undefined ? undefined : `prefect.${kind}.${named(object).id}`);
      if (uiUrl === undefined || resource === undefined) return undefined;
      return new URL(`events?resource=${encodeURIComponent(resource)}`, uiUrl).href;
    },
  };
}

export type PagesConfig = Pick<Config, "uiUrl" | "host" | "port" | "basePath">;

/** Undefined for a server that was given any free port. */
function addressOfPages({ uiUrl, host, port, basePath }: PagesConfig): string | undefined {
  if (uiUrl !== undefined || port === 0) return uiUrl;
  const name = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}${basePath}`;
}

function below(folder: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${folder}/${encodeURIComponent(name)}`;
}

function named(object: object): Named {
  const { id = "", name, work_pool_name: pool } = object as Readonly<Record<string, string | null | undefined>>;
  const own = resourceId(object);
  return { id: (own ?? id ?? "").split(".").at(-1) ?? "", name: name ?? undefined, pool: pool ?? undefined };
}

function resourceId(object: object): string | undefined {
  const { "prefect.resource.id": id } = object as Readonly<Record<string, unknown>>;
  return typeof id === "string" ? id : undefined;
}

function resourceKind(object: object): string | undefined {
  return /^prefect\.([a-z-]+)\./.exec(resourceId(object) ?? "")?.[1];
}

function isEvent(object: object): object is { readonly id: string } {
  const { id, event, resource } = object as Readonly<Record<string, unknown>>;
  return typeof id === "string" && typeof event === "string" && isPlainObject(resource);
}
