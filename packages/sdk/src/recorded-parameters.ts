import { ExactNumber, isPlainObject, isSecret, previewOf, secretMask } from "@ostinato/core";
import { redactInside } from "./redaction.ts";

/** The parameters as the server keeps and shows them: JSON, secrets masked, what JSON has no word for as a short text. */
export function recordedParameters(parameters: unknown): Record<string, unknown> {
  if (!isPlainObject(parameters))
    return parameters === undefined ? {} : redactInside({ value: recorded(parameters, []) });
  return redactInside(recorded(parameters, [])) as Record<string, unknown>;
}

function recorded(value: unknown, above: readonly unknown[]): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value instanceof ExactNumber) return value;
  if (isSecret(value)) return secretMask;
  if (above.includes(value)) return "[circular]";
  const path = [...above, value];
  if (Array.isArray(value)) return value.map((item) => recorded(item, path));
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, recorded(item, path)]));
  }
  const toJson = (value as { toJSON?: unknown } | undefined)?.toJSON;
  if (typeof toJson === "function") return recorded(toJson.call(value), path);
  return previewOf(value).value;
}
