import { Link } from "@tanstack/react-router";
import type { Event } from "../api/types.ts";

type Resource = Event["resource"];

/** A resource of an event: its kind, and its name with a link to its page where it has one. */
export function ResourceLink({ resource }: { readonly resource: Resource }) {
  const { kind, name } = namesOf(resource);
  return (
    <span className="inline-flex max-w-full min-w-0 items-baseline gap-1.5">
      <span className="shrink-0 text-muted">{kind}</span>
      <PageLink resource={resource} name={name} />
    </span>
  );
}

/** The words for a resource: `Flow run`, `happy-owl`. */
function namesOf(resource: Resource): { readonly kind: string; readonly name: string } {
  const id = idOf(resource);
  const { kind, rest } = partsOf(id);
  const own = resource["prefect.resource.name"];
  const role = resource["prefect.resource.role"];
  if (kind === undefined) return { kind: role ?? "Resource", name: own ?? id };
  return { kind: kinds[kind] ?? role ?? kind, name: own ?? (kind === "event" ? `${rest.slice(0, 8)}…` : rest) };
}

const kinds: Readonly<Record<string, string>> = {
  "flow-run": "Flow run",
  "task-run": "Task run",
  flow: "Flow",
  deployment: "Deployment",
  "work-pool": "Work pool",
  "work-queue": "Work queue",
  worker: "Worker",
  automation: "Automation",
  "block-document": "Block",
  "block-type": "Block type",
  "block-schema": "Block schema",
  variable: "Variable",
  "concurrency-limit": "Limit",
  "artifact-collection": "Artifact",
  artifact: "Artifact",
  asset: "Asset",
  webhook: "Webhook",
  event: "Event",
  tag: "Tag",
};

function PageLink({ resource, name }: { readonly resource: Resource; readonly name: string }) {
  const { kind, rest } = partsOf(idOf(resource));
  const look = {
    dir: "auto",
    className: "min-w-0 truncate font-medium text-accent hover:underline",
    children: name,
  } as const;
  const params = { id: rest };
  const own = resource["prefect.resource.name"];
  switch (isId(rest) ? kind : `named ${kind}`) {
    case "flow-run":
      return <Link to="/runs/flow-run/$id" params={params} {...look} />;
    case "task-run":
      return <Link to="/runs/task-run/$id" params={params} {...look} />;
    case "flow":
      return <Link to="/flows/flow/$id" params={params} {...look} />;
    case "deployment":
      return <Link to="/deployments/$id" params={params} {...look} />;
    case "block-document":
      return <Link to="/blocks/block/$id" params={params} {...look} />;
    case "artifact":
      return <Link to="/artifacts/artifact/$id" params={params} {...look} />;
    case "concurrency-limit":
      return <Link to="/concurrency-limits/$limit" params={{ limit: rest }} {...look} />;
    case "automation":
      return <Link to="/automations/automation/$id" params={params} {...look} />;
    case "webhook":
      return <Link to="/webhooks/webhook/$id" params={params} {...look} />;
    case "event":
      return <Link to="/events/$id" params={params} {...look} />;
    case "work-pool":
      if (own !== undefined) return <Link to="/work-pools/$pool" params={{ pool: own }} {...look} />;
      break;
    case "variable":
      if (own !== undefined) return <Link to="/variables/$name" params={{ name: own }} {...look} />;
      break;
    case "named tag":
      return <Link to="/runs" search={{ tag: [rest] }} {...look} />;
    default:
  }
  return (
    <span dir="auto" className="min-w-0 truncate font-medium">
      {name}
    </span>
  );
}

export function idOf(resource: Resource): string {
  return resource["prefect.resource.id"] ?? "";
}

function partsOf(id: string): { readonly kind: string | undefined; readonly rest: string } {
  const [, kind, rest = ""] = /^(?:prefect|ostinato)\.([a-z-]+)\.(.+)$/s.exec(id) ?? [];
  return { kind, rest };
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}
