import { gunzipSync, inflateSync } from "node:zlib";
import { previewOf } from "@ostinato/core";
import type { ValuePreview } from "@ostinato/protocol";
import { isJsonObject } from "../user-input/json-types.rules.ts";

/** What a page shows of a stored value; `reason` says why there is none. */
export interface ShownValue {
  readonly preview: ValuePreview | undefined;
  readonly reason: string | null;
}

/**
 * The value that Prefect's clients have stored. Of a task it is a record: JSON with `metadata`, which names the serializer, and `result`, which that
 * serializer wrote. Of a flow it may be what the serializer wrote alone, which the state names. What only Python can read has a reason in its place. A
 * compressed value may take `maxBytes`.
 */
export function storedValueIn(text: string, { serializer: type, maxBytes }: StoredAs): ShownValue {
  const record = parsed(text);
  if (!isJsonObject(record) || typeof record.result !== "string" || !isJsonObject(record.metadata)) {
    if (type !== "json" && type !== null) return hidden(onlyPython(type));
    if (record === undefined) return hidden("What is stored is not a result as Prefect's clients write it.");
    return { preview: previewOf(plain(record), { sizeBytes: Buffer.byteLength(text) }), reason: null };
  }
  const { serializer } = record.metadata;
  const json = jsonOf(record.result, isJsonObject(serializer) ? serializer : {}, maxBytes);
  if (json.reason !== undefined) return hidden(json.reason);
  const value = parsed(json.text);
  if (value === undefined) return hidden("What is stored is not JSON, although its serializer is.");
  return { preview: previewOf(plain(value), { sizeBytes: Buffer.byteLength(json.text) }), reason: null };
}

export interface StoredAs {
  /** As the state names it; null where it does not. */
  readonly serializer: string | null;
  readonly maxBytes: number;
}

export function hidden(reason: string): ShownValue {
  return { preview: undefined, reason };
}

type Json = { readonly text: string; readonly reason?: undefined } | { readonly reason: string };

const decompress: Readonly<Record<string, typeof gunzipSync>> = { gzip: gunzipSync, zlib: inflateSync };

function jsonOf(result: string, { type, compressionlib, serializer }: JsonObject, maxBytes: number): Json {
  if (type === "json") return { text: result };
  const inner = isJsonObject(serializer) ? serializer.type : undefined;
  if (type !== "compressed/json" && !(type === "compressed" && inner === "json")) {
    return { reason: onlyPython(String(type)) };
  }
  const act = decompress[String(compressionlib)];
  if (act === undefined) {
    return {
      reason: `Only Python can read what it compressed by "${String(compressionlib)}". Set result_serializer="json", or compressionlib="zlib", to see values here.`,
    };
  }
  try {
    return { text: act(Buffer.from(result, "base64"), { maxOutputLength: maxBytes }).toString() };
  } catch {
    return {
      reason: `What is stored takes more than ${maxBytes} bytes, or is not what "${String(compressionlib)}" wrote.`,
    };
  }
}

function onlyPython(serializer: string): string {
  return `Only Python can read what its serializer "${serializer}" wrote. Set result_serializer="json" to see values here.`;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Values of Python's classes as the data that stands for them: times as text, sets as lists, models as objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return value;
  if (typeof value.__class__ === "string" && "data" in value && Object.keys(value).length === 2)
    return plain(value.data);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
