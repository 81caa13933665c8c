import {
  formatTimestamp,
  isSecret,
  previewOf,
  previewOfUnserializable,
  type ResultLocation,
  serialize,
  type Timestamp,
} from "@ostinato/core";
import type { ResultCreate } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import { digest } from "../identity/digest.ts";
import { containsRevealed, redact, redaction } from "../secrets/redaction.ts";
import type { Api } from "../session/roles.ts";
import { localStorage, writeToStore } from "./result-stores.ts";

export interface KeepOptions {
  readonly session: Api;
  /** The store for all results; where it is undefined, small ones go to the server and larger ones to local files. */
  readonly storage: ResultLocation | undefined;
  readonly identity?: string | undefined;
  readonly cacheKey?: string | undefined;
  readonly expires?: Timestamp | undefined;
}

export interface Kept {
  readonly result: ResultCreate;
  readonly notKept: NotKept | undefined;
}

export interface NotKept {
  readonly reason: string;
  /** The level of the log line that contains the reason. */
  readonly level: number;
}

/** Encodes a result for the server: its data, or its location in a store. A failing store does not fail the run. */
export async function writeResult(value: unknown, options: KeepOptions): Promise<Kept> {
  const { session, storage, identity, cacheKey, expires } = options;
  const written = serialize(value);
  if (!written.ok) {
    const preview = written.secret
      ? previewOf(value, { redact: redaction() })
      : previewOfUnserializable(redact(written.reason));
    return without(preview, refusal(value, written.reason));
  }
  const { text } = written;
  if (containsRevealed(text)) {
    const preview = previewOf(value, { sizeBytes: text.length, redact });
    return without(preview, "the result is not kept: a secret that was revealed is in it");
  }
  const preview = previewOf(value, { sizeBytes: text.length });
  const limit = session.server?.result_size_limit_bytes ?? 0;
  const onServer = storage === undefined && Buffer.byteLength(text) <= limit;
  let location: string | undefined;
  try {
    location = onServer ? undefined : await writeToStore(storage ?? localStorage, digest(text), text);
  } catch (error) {
    return without(preview, `the result could not be kept: ${failureMessage(error)}`, logLevels.warning);
  }
  const result: ResultCreate = {
    format: "devalue",
    data: onServer ? text : null,
    ...(location === undefined ? {} : { location }),
    preview,
    ...(identity === undefined ? {} : { identity }),
    ...(cacheKey === undefined ? {} : { cache_key: cacheKey }),
    ...(expires === undefined ? {} : { expires: formatTimestamp(expires) }),
  };
  return { result, notKept: undefined };
}

function without(preview: ResultCreate["preview"], reason: string, level: number = logLevels.debug): Kept {
  return { result: { format: "none", data: null, preview }, notKept: { reason, level } };
}

function refusal(value: unknown, reason: string): string {
  return isSecret(value) ? "the result is a secret" : `the result cannot be kept: ${reason}`;
}
