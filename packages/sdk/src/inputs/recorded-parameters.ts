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
import { holdsRevealed, redactInside } from "../secrets/redaction.ts";

/** The parameters of a run as the server has them: what is shown, and, where that is not all that they are, what is kept. */
export interface RecordedParameters {
  readonly shown: Record<string, unknown>;
  readonly kept: KeptParameters | undefined;
}

interface Given {
  /** As the caller gave them. */
  readonly asked: unknown;
  /** As the flow gets them, once they have passed its schema. */
  readonly got?: { readonly value: unknown } | undefined;
  /** Checks parameters as they would be checked in a run that goes on. Rejects where they do not pass. */
  checkJson(parameters: unknown): Promise<unknown>;
}

/** What to tell the server of parameters, so that a run that goes on has those that it had. */
export async function recordParameters({ asked, got, checkJson }: Given): Promise<RecordedParameters> {
  const value = got === undefined ? asked : got.value;
  const shown = shownParameters(value);
  const again = withBigInts(shown);
  const read = got === undefined ? again : await checkJson(again).catch(() => undefined);
  // Nothing more needs to be kept where the JSON that is shown leads to the same again.
  if (survivesJson(shown) && !holdsPicture(shown) && equal(read, value)) return { shown, kept: undefined };
  return { shown: equal(read, value) ? shown : shownParameters(asked), kept: keepParameters(asked, got) };
}

/** Parameters that the server keeps for a run that goes on, read again. */
export type Restored =
  | { readonly ok: true; readonly value: unknown; readonly checked: boolean }
  | { readonly ok: false; readonly reason: string };

export function restoreParameters(shown: unknown, kept: KeptParameters | null): Restored {
  if (kept === null) {
    if (!holdsPicture(shown)) return { ok: true, value: withBigInts(shown), checked: false };
    return { ok: false, reason: "the version that recorded the run kept only what is shown of them" };
  }
  if (kept.data === null) return { ok: false, reason: kept.reason ?? "they were not kept" };
  try {
    return { ok: true, value: deserialize(kept.data), checked: kept.checked };
  } catch (error) {
    return { ok: false, reason: `what was kept of them cannot be read: ${toError(error).message}` };
  }
}

function keepParameters(asked: unknown, got: Given["got"]): KeptParameters {
  const own = got === undefined ? [] : [{ value: got.value, checked: true }];
  const reasons: string[] = [];
  for (const { value, checked } of [...own, { value: asked, checked: false }]) {
    const reason = whyNot(value);
    if (reason === undefined) return { format: "devalue", data: textOf(value), checked, reason: null };
    reasons.push(reason);
  }
  return { format: "none", data: null, checked: false, reason: reasons[0] ?? null };
}

/** Which parameter cannot be kept, and why. */
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
  return holdsRevealed(written.text) ? "a secret that was revealed is in it" : undefined;
}

function textOf(value: unknown): string | null {
  const written = serialize(value);
  return written.ok ? written.text : null;
}

function equal(one: unknown, other: unknown): boolean {
  const digest = digestOf(one)?.text;
  return digest !== undefined && digest === digestOf(other ?? {})?.text;
}

/** Whether a value of JSON is the same after it was written and read by whoever: numbers within what all of them can say. */
function survivesJson(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value === "number")
    return !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (value instanceof ExactNumber) return value.isInteger;
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, item]) => survivesJson(key) && survivesJson(item));
}

/** Whether a part of the JSON may only picture what the value was: a secret, a map or a set, or bytes. */
function holdsPicture(shown: unknown): boolean {
  if (typeof shown === "string") return shown.includes(secretMask);
  if (typeof shown !== "object" || shown === null || shown instanceof ExactNumber) return false;
  const keys = Object.keys(shown);
  const isPicture = keys.length === 1 ? /^(Map|Set)\(\d+\)$/.test(keys[0] ?? "") : keys.join() === "length,hex";
  return isPicture || Object.entries(shown).some(([key, item]) => holdsPicture(key) || holdsPicture(item));
}

/** JSON, secrets masked, what JSON has no word for as a short text. */
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
