import { invalid, type Problem } from "./errors.ts";

/**
 * Refuses a bulk change whose filter, or a part of it, is empty: it would select every row, and is usually the remainder of a
 * lost criterion.
 */
export function refuseIdleFilter<K extends string, F extends object>(
  name: K,
  body: { readonly [P in K]?: F | null | undefined },
  idleParts: (filter: F) => readonly string[],
): void {
  const filter = body[name] ?? undefined;
  const problems =
    filter === undefined || isEmpty(filter) ? [emptyFilter(name, filter)] : idleParts(filter).map(idlePart);
  if (problems.length > 0) throw invalid(problems, body);

  function idlePart(part: string): Problem {
    return {
      type: "value_error",
      loc: ["body", name, part],
      msg: "does not ask for anything, so it would select every row: give it a value to look for, or leave it out",
      input: (filter as Readonly<Record<string, unknown>>)[part] ?? null,
    };
  }
}

function emptyFilter(name: string, filter: object | undefined): Problem {
  return {
    type: "value_error",
    loc: ["body", name],
    msg: 'must say what to select, such as {"id": {"any_": ["…"]}}: without a criterion it would select every row',
    input: filter ?? null,
  };
}

function isEmpty(filter: object): boolean {
  return Object.entries(filter).every(([key, part]) => key === "operator" || part === null || part === undefined);
}
