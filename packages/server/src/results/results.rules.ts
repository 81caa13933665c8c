import { isTerminal, type StateType, secretMask } from "@ostinato/core";
import type { ResultCreate, ValuePreview } from "@ostinato/protocol";

/** The parts of a result that are kept. */
export interface Keepable {
  readonly format: "devalue" | "none";
  readonly data: string | null;
  readonly location: string | null;
  readonly preview: ValuePreview;
  readonly reason: string | null;
  readonly cacheKey: string | null;
}

/** Previews are made small by the clients; a larger one is not a preview. */
const maxPreviewBytes = 64 * 1024;
/** Cache keys stand in an index, whose entries PostgreSQL bounds in bytes. */
const maxCacheKeyBytes = 2000;

/** Decides how much of a result is kept, so that a state is never refused because of its result. */
export function keepable(result: ResultCreate, sizeLimitBytes: number): Keepable {
  const preview = boundedPreview(result.preview);
  const cacheKey = result.cache_key ?? null;
  const kept = {
    format: result.format,
    data: result.data,
    location: result.location ?? null,
    preview,
    reason: null,
    cacheKey: cacheKey !== null && Buffer.byteLength(cacheKey) > maxCacheKeyBytes ? null : cacheKey,
  };
  if (preview.kind === "secret") return without(kept, "It is secret, and secrets are never kept.");
  if (result.data === null) {
    if (kept.location !== null) return { ...kept, format: result.format };
    return without(kept, preview.kind === "unserializable" ? reasonOf(preview) : "The client did not keep it.");
  }
  const bytes = Buffer.byteLength(result.data);
  if (bytes > sizeLimitBytes) {
    return without(
      kept,
      `It takes ${bytes} bytes, more than the ${sizeLimitBytes} that the server keeps. Raise OSTINATO_RESULT_SIZE_LIMIT, or have the client keep results in a store of its own.`,
    );
  }
  return kept;
}

function without(kept: Keepable, reason: string): Keepable {
  return { ...kept, format: "none", data: null, location: null, cacheKey: null, reason };
}

function reasonOf({ value }: ValuePreview): string {
  return typeof value === "string" && value !== "" ? value : "It could not be written down.";
}

export function boundedPreview(preview: ValuePreview): ValuePreview {
  if (preview.kind === "secret") return { kind: "secret", size_bytes: null, truncated: false, value: secretMask };
  if (JSON.stringify(preview.value ?? null).length <= maxPreviewBytes) return preview;
  return { ...preview, truncated: true, value: null };
}

/** Why a run has no result to show. */
export function reasonForNone(noun: "task run" | "flow run", type: StateType | null, name: string | null): string {
  if (type === null || !isTerminal(type)) return `The ${noun} has not finished: it is ${name ?? "waiting"}.`;
  if (type !== "COMPLETED") return `The ${noun} ended as ${name ?? type}, without a result.`;
  return `The client that ran the ${noun} does not keep its result on this server.`;
}

export const noPreview: ValuePreview = { kind: "none", size_bytes: null, truncated: false, value: null };
