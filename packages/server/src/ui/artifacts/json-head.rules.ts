import { parseJson } from "@ostinato/core";

/** The readable part of a JSON string that was cut off. */
export function stringAtStart(head: string): string {
  const cut = head.replace(/\\(u[0-9a-f]{0,3})?$/i, "");
  // A backslash that ends the text may be the second of an escaped one.
  for (const text of [`${cut}"`, `${head}"`]) {
    const value = parsed(text);
    if (typeof value === "string") return value;
  }
  return "";
}

/** The first whole items of a JSON list that was cut off, at most `maxItems`. */
export function itemsAtStart(text: string, maxItems: number): readonly unknown[] {
  const end = endOfItems(text, maxItems);
  const items = end === undefined ? undefined : parsed(`${text.slice(0, end)}]`);
  return Array.isArray(items) ? items : [];
}

/** The position behind the last whole item, where an item is an object or a list. */
function endOfItems(text: string, maxItems: number): number | undefined {
  let depth = 0;
  let items = 0;
  let end: number | undefined;
  for (const { 0: sign, index } of text.matchAll(/"(?:[^"\\]|\\.)*(?:"|$)|[[\]{}]/gs)) {
    if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") {
      depth -= 1;
      if (depth === 1) {
        items += 1;
        end = index + 1;
      }
      if (depth === 0 || items === maxItems) break;
    }
  }
  return end;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
