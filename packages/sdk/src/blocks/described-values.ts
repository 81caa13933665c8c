import type { TUnsafe } from "typebox";

export const text = { type: "string" };
export const flag = { type: "boolean" };
export const none = { type: "null" };
export const texts = { type: "array", items: text };
export const textOrNone = { anyOf: [text, none] };
export const textsOrNone = { anyOf: [texts, none] };
export const textsByName = { anyOf: [{ type: "object", additionalProperties: text }, none] };

/** A JSON Schema as TypeBox has them, without loading TypeBox. */
export function described<Values>(schema: object): TUnsafe<Values> {
  return { type: "object", ...schema } as unknown as TUnsafe<Values>;
}
