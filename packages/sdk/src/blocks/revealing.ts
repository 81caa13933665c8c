import { isPlainObject } from "@ostinato/core";
import type { BlockDocument } from "@ostinato/protocol";
import { reveal } from "../secrets/redaction.ts";
import { secretParts } from "./key-file.ts";

/**
 * What is secret in a block is redacted from now on: what its schema says, which Python programs may have registered, and the fields beside
 * it.
 */
export function revealSecrets({ data, block_schema }: BlockDocument, further: readonly string[] = []): void {
  const { secret_fields: paths = [] } = (block_schema?.fields ?? {}) as { readonly secret_fields?: readonly string[] };
  for (const path of [...paths, ...further]) revealAt(data, path.split("."));
}

/** What the path names is redacted from now on. */
function revealAt(value: unknown, [name, ...further]: readonly string[]): void {
  if (name === undefined || name === "*") reveal(secretParts(value));
  else if (Array.isArray(value)) for (const item of value) revealAt(item, [name, ...further]);
  else if (isPlainObject(value) && Object.hasOwn(value, name)) revealAt(value[name], further);
}
