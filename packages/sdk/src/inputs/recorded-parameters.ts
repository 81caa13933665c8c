import {
  deserialize,
  ExactNumber,
  isPlainObject,
  isSecret,
  previewOf,
  secretMask,
  serialize,
  withBigInts,
} from "@ostinato/core";
import type { KeptParameters } from "@ostinato/protocol";
import { keptParametersLimitBytes } from "@ostinato/protocol/limits";
import { toError } from "../errors.ts";
import { digestOf } from "../identity/value-digest.ts";
import { containsRevealed, redactInside } from "../secrets/redaction.ts";

/** The parameters of a run as the server stores them: the displayed form, and the exact form where that differs. */
export interface RecordedParameters {
  readonly shown: Record<string, unknown>;
  readonly kept: KeptParameters | undefined;
}

interface ParametersToRecord {
  /** The parameters as the caller gave them. */
  readonly asked: unknown;
  /** The parameters after the schema, once they have passed it. */
  readonly got?: { readonly value: unknown } | undefined;
  /** Checks parameters as a resumed run would. Rejects where they are invalid. */
  checkJson(parameters: unknown): Promise<unknown>;
}

/** Encodes parameters for the server, so that a resumed run gets the same ones. */
export async function recordParameters({ asked, got, checkJson }: ParametersToRecord): Promise<RecordedParameters> {
  const value = got === undefined ? asked : got.value;
  const shown = shownParameters(value);
  const again = withBigInts(shown);
  const read = got === undefined ? again : await checkJson(again).catch(() => undefined);
  // The displayed JSON is enough where it leads to the same parameters again.
  if (survivesJson(shown) && !containsPicture(shown) && equal(read, value)) return { shown, kept: undefined };
  return { shown: equal(read, value) ? shown : shownParameters(asked), kept: keepParameters(asked, got) };
}

/** Parameters decoded for a resumed run. */
export type Restored =
  | { readonly ok: true; readonly value: unknown; readonly checked: boolean }
  | { readonly ok: false; readonly reason: string };

export function restoreParameters(shown: unknown, kept: KeptParameters | null): Restored {
  if (kept === null) {
    if (!containsPicture(shown)) return { ok: true, value: withBigInts(shown), checked: false };
    return { ok: false, reason: "the version that recorded the run kept only what is shown of them" };
  }
  if (kept.data === null) return { ok: false, reason: kept.reason ?? "they were not kept" };
  try {
    return { ok: true, value: deserialize(kept.data), checked: kept.checked };
  } catch (error) {
    return { ok: false, reason: `what was kept of them cannot be read: ${toError(error).message}` };
  }
}

function keepParameters(asked: unknown, got: ParametersToRecord["got"]): KeptParameters {
  const own = got === undefined ? [] : [{ value: got.value, checked: true }];
  const reasons: string[] = [];
  for (const { value, checked } of [...own, { value: asked, checked: false }]) {
    const reason = whyNot(value);
    if (reason === undefined) return { format: "devalue", data: textOf(value), checked, reason: null };
    reasons.push(reason);
  }
  return { format: "none", data: null, checked: false, reason: reasons[0] ?? null };
}

/** Names the parameter that cannot be kept, and the reason. */
function whyNot(parameters: unknown): string | undefined {
  for (const [name, value] of isPlainObject(parameters) ? Object.entries(parameters) : []) {
    const reason = refusal(value);
    if (reason !== undefined) return `${name}: ${reason}`;
  }
  return refusal(parameters);
}

function refusal(value: unknown): string | undefined {
  const written = serialize(value, { maxCharacters: keptParametersLimitBytes });
  if (!written.ok) return isSecret(value) ? "it is a secret, and secrets are never kept" : written.reason;
  return containsRevealed(written.text) ? "a secret that was revealed is in it" : undefined;
}

function textOf(value: unknown): string | null {
  const written = serialize(value);
  return written.ok ? written.text : null;
}

function equal(one: unknown, other: unknown): boolean {
  const digest = digestOf(one)?.text;
  return digest !== undefined && digest === digestOf(other ?? {})?.text;
}

/** Whether a JSON value survives being written and read by any program: numbers must be in the common range. */
function survivesJson(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value === "number")
    return !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (value instanceof ExactNumber) return value.isInteger;
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, item]) => survivesJson(key) && survivesJson(item));
}

/** Whether a part of the JSON may be only a picture of the value: a secret, a map or a set, or bytes. */
function containsPicture(shown: unknown): boolean {
  if (typeof shown === "string") return shown.includes(secretMask);
  if (typeof shown !== "object" || shown === null || shown instanceof ExactNumber) return false;
  const keys = Object.keys(shown);
  const isPicture = keys.length === 1 ? /^(Map|Set)\(\d+\)$/.test(keys[0] ?? "") : keys.join() === "length,hex";
  return isPicture || Object.entries(shown).some(([key, item]) => containsPicture(key) || containsPicture(item));
}

/** The parameters as JSON, with secrets masked and short texts for values that JSON cannot express. */
function shownParameters(parameters: unknown): Record<string, unknown> {
  if (!isPlainObject(parameters)) return parameters === undefined ? {} : redactInside({ value: shown(parameters, []) });
  return redactInside(shown(parameters, [])) as Record<string, unknown>;
}

function shown(value: unknown, above: readonly unknown[]): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value instanceof ExactNumber) return value;
  if (isSecret(value)) return secretMask;
  if (above.includes(value)) return "[circular]";
  const path = [...above, value];
  if (Array.isArray(value)) return value.map((item) => shown(item, path));
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, shown(item, path)]));
  }
  const toJson = (value as { toJSON?: unknown } | undefined)?.toJSON;
  if (typeof toJson === "function") return shown(toJson.call(value), path);
  return previewOf(value).value;
}
