import type { NamedBlock } from "../blocks/block-options.ts";

/** What an action is about, by its name, until the automation is saved: then its id takes its place. */
export interface Reference {
  readonly kind: "deployment" | "work-pool" | "work-queue" | "automation" | "block";
  /** `flow/deployment`, `pool/queue`, `type/name` of a block, or a name. An id for all but pools. */
  readonly name: string;
}

/** A deployment: `"flow/deployment"`, its id, or what `flow.toDeployment()` returned. */
export type DeploymentReference = string | { readonly flowName: string; readonly name: string };

export function deploymentReference(given: DeploymentReference): Reference {
  return { kind: "deployment", name: typeof given === "string" ? given : `${given.flowName}/${given.name}` };
}

export function blockReference({ type, name }: NamedBlock): Reference {
  return { kind: "block", name: `${type}/${name}` };
}

export function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && "kind" in value && "name" in value;
}
