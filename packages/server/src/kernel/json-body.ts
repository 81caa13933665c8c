import { parseJson } from "@ostinato/core";
import { invalid } from "./errors.ts";
import { maxNested, nestsTooDeep } from "./nesting.ts";

/** Parses the body of a request; undefined if it is empty. Invalid JSON, or JSON nested too deep, is refused with 422. */
export function readJsonBody(text: string): unknown {
  if (text.length === 0) return undefined;
  if (nestsTooDeep(text)) throw notJson(`nests more than ${maxNested} levels deep`);
  try {
    return parseJson(text);
  } catch (error) {
    throw notJson(`JSON decode error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function notJson(msg: string): Error {
  return invalid([{ type: "json_invalid", loc: ["body"], msg }]);
}
