import { closeSession, type EmitOptions, emit, type RelatedOptions, type ResourceOptions } from "@ostinato/sdk";
import { registerLocalServer } from "@ostinato/sdk/connection";
import { usageError } from "../errors.ts";
import { readJsonObject } from "../json-option.ts";
import { say, sayJson } from "../output/output.ts";

export interface EmitCommandOptions {
  readonly resource?: readonly string[];
  readonly resourceId?: string;
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

/** What else is wrong with them is told by the SDK. */
function optionsOf({ resource = [], resourceId, related, payload, follows }: EmitCommandOptions): EmitOptions {
  return {
    resource: resourceOf([...resource, ...(resourceId === undefined ? [] : [`prefect.resource.id=${resourceId}`])]),
    ...(related === undefined
      ? {}
      : { related: related.map((each) => readJsonObject("--related", each) as unknown as RelatedOptions) }),
    ...(payload === undefined ? {} : { payload: readJsonObject("--payload", payload) }),
    ...(follows === undefined ? {} : { follows }),
  };
}

const aLabel = /^([\w.-]+)=(.*)$/s;

/** An id alone, or labels: each text is JSON of some, or one of them as `name=value`. */
function resourceOf(texts: readonly string[]): ResourceOptions {
  const [only] = texts;
  if (only === undefined) throw usageError("Give --resource, what the event is about: an id such as model/taxi.");
  if (texts.length === 1 && !isJson(only) && !aLabel.test(only)) return only;
  const labels = texts.flatMap((text) =>
    Object.entries(isJson(text) ? readJsonObject("--resource", text) : label(text)),
  );
  return Object.fromEntries(labels) as ResourceOptions;
}

function isJson(text: string): boolean {
  return text.startsWith("{") || text.startsWith("@");
}

function label(text: string): Readonly<Record<string, string>> {
  const [, name, value] = aLabel.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw usageError(`--resource ${text} is not a label. Write each as name=value, or give the id alone.`);
  return { [name]: value };
}
