import { isPlainObject, isSecret, secretMask, wholeNumber } from "@ostinato/core";
import { jsonRedaction } from "./secrets/redaction.ts";

const maxDepth = 20;

/** A table as JSON without secrets; values that JSON cannot express become readable text: bigints, NaN, dates, bytes. */
export function tableJson(table: unknown): string {
  return JSON.stringify(cell(table, []), jsonRedaction());
}

function cell(value: unknown, above: readonly unknown[]): unknown {
  switch (typeof value) {
    case "bigint":
      return wholeNumber(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "function":
    case "symbol":
      return String(value).slice(0, 100);
    case "object":
      return value === null ? null : objectCell(value, above);
    default:
      return value;
  }
}

function objectCell(value: object, above: readonly unknown[]): unknown {
  if (isSecret(value)) return secretMask;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return bytesOrNumbers(value, above);
  if (above.includes(value) || above.length > maxDepth) return "…";
  const path = [...above, value];
  if (Array.isArray(value)) return value.map((item) => cell(item, path) ?? null);
  if (value instanceof Map && !hasToJson(value)) return cell(Object.fromEntries(value), path);
  if (value instanceof Set && !hasToJson(value)) return cell([...value], path);
  if (hasToJson(value)) return cell(value.toJSON(), path);
  if (isPlainObject(value) || value.toString === Object.prototype.toString) return record(value, path);
  return String(value);
}

function bytesOrNumbers(value: ArrayBuffer | ArrayBufferView, above: readonly unknown[]): unknown {
  if (value instanceof ArrayBuffer || value instanceof DataView || value instanceof Uint8Array)
    return `[${value.byteLength} bytes]`;
  return Array.from(value as unknown as ArrayLike<unknown>, (item) => cell(item, above));
}

function record(value: object, path: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cell(item, path)]));
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}
