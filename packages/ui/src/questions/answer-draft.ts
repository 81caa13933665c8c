import type { DrawnSchema } from "../forms/drawn-schema.ts";
import { type FormValue, fromFormData, isObject, toFormData } from "../forms/form-data.ts";

/** What somebody has written and not sent, for as long as the tab of the browser is open. Secrets are never kept. */
export function keepDraft(questionId: string, value: FormValue, { drawn, schema }: DraftSchema): void {
  const kept = JSON.stringify(toFormData(withoutSecrets(value, drawn, mentionsSecret(schema))));
  try {
    sessionStorage.setItem(keyOf(questionId), kept);
  } catch {
    // Without storage a draft lasts until the page is loaded again.
  }
}

export function readDraft(questionId: string): FormValue | undefined {
  try {
    const kept: unknown = fromFormData(JSON.parse(sessionStorage.getItem(keyOf(questionId)) ?? "null"));
    return isObject(kept) && Object.keys(kept).length > 0 ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function dropDraft(questionId: string): void {
  try {
    sessionStorage.removeItem(keyOf(questionId));
  } catch {
    // Nothing is kept where there is no storage.
  }
}

export interface DraftSchema {
  /** Undefined where the answer is written as JSON. */
  readonly drawn: DrawnSchema | undefined;
  /** The schema as the program sent it. */
  readonly schema: unknown;
}

function keyOf(questionId: string): string {
  return `ostinato.answer-draft.${questionId}`;
}

/** The value without its secrets, and, where the schema has any, without what is written as JSON, which may hold them. */
export function withoutSecrets(value: FormValue, drawn: DrawnSchema | undefined, hasSecrets: boolean): FormValue {
  if (drawn === undefined) return hasSecrets ? {} : value;
  const kept = part(value, drawn, hasSecrets);
  return isObject(kept) ? kept : {};
}

function part(value: unknown, drawn: unknown, hasSecrets: boolean): unknown {
  if (!isObject(drawn)) return hasSecrets ? undefined : value;
  if (drawn.format === "password" || drawn["x-secret"] === true) return undefined;
  const { properties, items } = drawn;
  if (isObject(properties) && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, own]) => [name, part(own, properties[name], hasSecrets)]),
    );
  }
  if (isObject(items) && Array.isArray(value)) return value.map((item) => part(item, items, hasSecrets));
  // Which of several schemas is meant is not known here, and JSON has none.
  const isPlain = drawn["x-json"] !== true && !Array.isArray(drawn.anyOf) && !isObject(value) && !Array.isArray(value);
  return isPlain || !hasSecrets ? value : undefined;
}

/** Whether anything in the schema is a secret. */
export function mentionsSecret(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(mentionsSecret);
  if (!isObject(schema)) return false;
  return schema.format === "password" || schema.writeOnly === true || Object.values(schema).some(mentionsSecret);
}
