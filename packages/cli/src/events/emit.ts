import { closeSession, type EmitOptions, emit, type RelatedOptions, type ResourceOptions } from "@ostinato/sdk";
import { registerLocalServer } from "@ostinato/sdk/connection";
import { readJsonObject } from "../json-option.ts";
import { say, sayJson } from "../output/output.ts";

export interface EmitCommandOptions {
  readonly resource: string;
  readonly related?: readonly string[];
  readonly payload?: string;
  readonly follows?: string;
  readonly json?: boolean;
}

export async function emitEvent(name: string, given: EmitCommandOptions): Promise<void> {
  const options = optionsOf(given);
  registerLocalServer(async () => (await import("../local-server.ts")).startLocalServer());
  try {
    const event = await emit(name, options);
    if (given.json) sayJson(event);
    else say(`Emitted ${name} (${event.id})`);
  } finally {
    await closeSession();
  }
}

/** What is wrong with them is told by the SDK. */
function optionsOf({ resource, related, payload, follows }: EmitCommandOptions): EmitOptions {
  const isLabels = resource.startsWith("{") || resource.startsWith("@");
  return {
    resource: isLabels ? (readJsonObject("--resource", resource) as ResourceOptions) : resource,
    ...(related === undefined
      ? {}
      : { related: related.map((each) => readJsonObject("--related", each) as unknown as RelatedOptions) }),
    ...(payload === undefined ? {} : { payload: readJsonObject("--payload", payload) }),
    ...(follows === undefined ? {} : { follows }),
  };
}
