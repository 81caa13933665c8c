import { type Expression, parseSync, Visitor } from "oxc-parser";

export interface Call {
  /** The method with the last name of its object: `db.write` of `context.db.write(…)`. */
  readonly method: string;
  readonly line: number;
}

/** The calls of these methods in a file, by whatever path they are reached. */
export function readCalls(path: string, source: string, methods: readonly string[]): readonly Call[] {
  if (!methods.some((method) => source.includes(method))) return [];
  const found: Call[] = [];
  new Visitor({
    CallExpression({ callee, start }) {
      const method = nameOf(callee);
      if (!methods.includes(method)) return;
      found.push({ method, line: source.slice(0, start).split("\n").length });
    },
  }).visit(parseSync(path, source).program);
  return found;
}

function nameOf(callee: Expression): string {
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return "";
  return `${lastNameOf(callee.object)}.${callee.property.name}`;
}

function lastNameOf(object: Expression): string {
  if (object.type === "Identifier") return object.name;
  return object.type === "MemberExpression" && object.property.type === "Identifier" ? object.property.name : "";
}
