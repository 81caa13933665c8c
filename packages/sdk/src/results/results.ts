import {
  formatTimestamp,
  isSecret,
  previewOf,
  previewOfUnserializable,
  serialize,
  type Timestamp,
} from "@ostinato/core";
import type { ResultCreate } from "@ostinato/protocol";
import { digest } from "../identity/digest.ts";
import { holdsRevealed, redact, redaction } from "../secrets/redaction.ts";
import type { Session } from "../session/session.ts";

export interface KeepOptions {
  readonly session: Session;
  readonly identity?: string | undefined;
  readonly cacheKey?: string | undefined;
  readonly expires?: Timestamp | undefined;
}

export interface Kept {
  readonly result: ResultCreate;
  /** Why the value is not kept. */
  readonly reason: string | undefined;
}

/** Writes a result down as the server keeps it: in place when it is small, in the result store when it is larger. */
export async function writeResult(value: unknown, options: KeepOptions): Promise<Kept> {
  const { session, identity, cacheKey, expires } = options;
  const written = serialize(value);
  if (!written.ok) {
    const preview = written.secret
      ? previewOf(value, { redact: redaction() })
      : previewOfUnserializable(redact(written.reason));
    return notKept(preview, refusal(value, written.reason));
  }
  const { text } = written;
  if (holdsRevealed(text)) {
    const preview = previewOf(value, { sizeBytes: text.length, redact });
    return notKept(preview, "the result is not kept: a secret that was revealed is in it");
  }
  const limit = session.server?.result_size_limit_bytes ?? 0;
  const small = Buffer.byteLength(text) <= limit;
  const result: ResultCreate = {
    format: "devalue",
    data: small ? text : null,
    ...(small ? {} : { location: await session.results.write(digest(text), text) }),
    preview: previewOf(value, { sizeBytes: text.length }),
    ...(identity === undefined ? {} : { identity }),
    ...(cacheKey === undefined ? {} : { cache_key: cacheKey }),
    ...(expires === undefined ? {} : { expires: formatTimestamp(expires) }),
  };
  return { result, reason: undefined };
}

function notKept(preview: ResultCreate["preview"], reason: string): Kept {
  return { result: { format: "none", data: null, preview }, reason };
}

function refusal(value: unknown, reason: string): string {
  return isSecret(value) ? "the result is a secret" : `the result cannot be kept: ${reason}`;
}
