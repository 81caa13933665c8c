import { isJsonObject, isOfType } from "./json-types.rules.ts";
import type { SchemaError } from "./schema-place.rules.ts";

/**
 * The most informative of several errors, as the `best_match` of Python's `jsonschema` chooses it: the highest up in the value;
 * within alternatives the deepest one, unless two are equally good.
 */
export function bestError(errors: readonly SchemaError[]): SchemaError | undefined {
  const [first, ...others] = errors;
  if (first === undefined) return undefined;
  let best = others.reduce((best, error) => (compared(error, best) > 0 ? error : best), first);
  for (;;) {
    const [deepest, next] = best.context.toSorted(compared);
    if (deepest === undefined || (next !== undefined && compared(deepest, next) === 0)) return best;
    best = { ...deepest, path: [...best.path, ...deepest.path] };
  }
}

/** Above 0 where the first one is more relevant. */
function compared(a: SchemaError, b: SchemaError): number {
  return (
    b.path.length - a.path.length ||
    comparedPaths(a.path, b.path) ||
    Number(isStrong(a)) - Number(isStrong(b)) ||
    Number(isOfOtherType(a)) - Number(isOfOtherType(b))
  );
}

type Path = SchemaError["path"];

function comparedPaths(a: Path, b: Path): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  if (at < 0) return 0;
  const [part = "", otherPart = ""] = [a[at], b[at]];
  if (typeof part === "number" && typeof otherPart === "number") return part - otherPart;
  return String(part) < String(otherPart) ? -1 : 1;
}

/** An error about alternatives says less than any other. */
function isStrong({ keyword }: SchemaError): boolean {
  return keyword !== "anyOf" && keyword !== "oneOf";
}

function isOfOtherType({ schema, value }: SchemaError): boolean {
  return !(isJsonObject(schema) && schema.type !== undefined && isOfType(value, schema.type));
}
