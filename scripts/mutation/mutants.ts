import { parseSync } from "oxc-parser";

/** One change to a source: the text from `start` to `end` is replaced. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** A description such as `flow_run.start_time → flow_run.end_time`. */
  readonly what: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Changes each criterion of the tables in a source: leaves it out, negates it, and moves it to another column of the table. Each operator
 * in SQL becomes its neighbour (`<` for `<=`) and its opposite. Each path is left out.
 */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const mutants: Mutant[] = [];
  const add = (node: Node, replacement: string, what: string) => {
    const line = source.slice(0, node.start).split("\n").length;
    mutants.push({ file, line, start: node.start, end: node.end, replacement, what });
  };
  const columns = [...new Set(source.match(/"[a-z_]+\.[a-z_]+"/g))];
  visit(parseSync(file, source).program as unknown as Node, (node) => {
    if (isTable(node)) for (const criterion of criteriaIn(node)) mutateCriterion(source, criterion, columns, add);
    if (isSqlText(node)) mutateSql(source, node, add);
    if (isPaths(node)) mutatePaths(source, node, add);
  });
  return mutants;
}

type Add = (node: Node, replacement: string, what: string) => void;

/** The argument of `criteriaOf`, or an object of criteria for several calls of it. */
function isTable(node: Node): boolean {
  const { callee, init } = node as Node & { callee?: { name?: string }; init?: { type: string } };
  if (node.type === "CallExpression") return callee?.name === "criteriaOf";
  return node.type === "VariableDeclarator" && init?.type === "TSSatisfiesExpression";
}

interface Property extends Node {
  readonly key: { readonly name?: string };
  readonly value: Node;
}

/** Its properties whose value is a call: the criteria. */
function criteriaIn(table: Node): readonly Property[] {
  const found: Property[] = [];
  visit(table, (node) => {
    if (node.type === "Property" && (node as Property).value.type === "CallExpression") found.push(node as Property);
  });
  return found;
}

function mutateCriterion(source: string, { key, value }: Property, columns: readonly string[], add: Add): void {
  const text = source.slice(value.start, value.end);
  const name = `${key.name}: ${text.replaceAll(/\s+/g, " ")}`;
  add(value, "(() => undefined)", `${name} is left out`);
  add(value, `mutantOpposite(${text})`, `${name} is negated`);
  for (const column of columnsIn(value, source)) {
    const other = neighbourOf(column.text, columns);
    if (other !== undefined) add(column, other, `${name} looks at ${other} instead of ${column.text}`);
  }
}

function columnsIn(value: Node, source: string): readonly (Node & { readonly text: string })[] {
  const found: (Node & { text: string })[] = [];
  visit(value, (node) => {
    const text = source.slice(node.start, node.end);
    if (node.type === "Literal" && /^"[a-z_]+\.[a-z_]+"$/.test(text)) found.push({ ...node, text });
  });
  return found;
}

/** The next column of the same table in the source. */
function neighbourOf(column: string, columns: readonly string[]): string | undefined {
  const [table = ""] = column.split(".");
  const ofTable = columns.filter((each) => each.startsWith(`${table}.`));
  const next = ofTable[(ofTable.indexOf(column) + 1) % ofTable.length];
  return next === column ? undefined : next;
}

function isSqlText(node: Node): boolean {
  return node.type === "TaggedTemplateExpression" && (node as Node & { tag: { name?: string } }).tag.name === "sql";
}

const operators: readonly (readonly [pattern: RegExp, replacements: readonly string[]])[] = [
  [/<=/, ["<", ">="]],
  [/>=/, [">", "<="]],
  [/NOT IN\b/, ["IN"]],
  [/(?<!NOT )\bIN\b/, ["NOT IN"]],
  [/IS NULL/, ["IS NOT NULL"]],
  [/IS NOT NULL/, ["IS NULL"]],
  [/NOT EXISTS/, ["EXISTS"]],
  [/(?<!NOT )EXISTS/, ["NOT EXISTS"]],
  [/^NOT\b/, [""]],
  [/\bAND\b/, ["OR"]],
  [/\bOR\b/, ["AND"]],
  [/1 = 0/, ["1 = 1"]],
  [/ = /, [" <> "]],
];

function mutateSql(source: string, node: Node, add: Add): void {
  const { quasis } = (node as Node & { quasi: { quasis: readonly (Node & { value: { raw: string } })[] } }).quasi;
  for (const { value, start } of quasis) {
    const offset = source.startsWith(value.raw, start) ? start : start + 1;
    for (const [pattern, replacements] of operators) {
      const found = pattern.exec(value.raw);
      if (found === null) continue;
      const place = { type: "", start: offset + found.index, end: offset + found.index + found[0].length };
      const text = source.slice(node.start, node.end).replaceAll(/\s+/g, " ");
      for (const other of replacements) add(place, other, `${text}: ${found[0].trim()} → ${other.trim()}`);
    }
  }
}

/** The object with the path to each kind of criteria. */
function isPaths(node: Node): boolean {
  const { id } = node as Node & { id?: { name?: string } };
  return node.type === "VariableDeclarator" && id?.name === "paths";
}

/** Leaves out the path of each kind of criteria, which are then ignored. */
function mutatePaths(source: string, paths: Node, add: Add): void {
  visit(paths, (node) => {
    if (node.type !== "Property" || !/^\w+: (\[|\{ apart:)/.test(source.slice(node.start, node.end))) return;
    add(node, "...{}", `the path ${source.slice(node.start, node.end)} is left out`);
  });
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (Array.isArray(node)) for (const each of node) visit(each, see);
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  if (typeof (node as Node).type === "string" && typeof (node as Node).start === "number") see(node as Node);
  for (const inner of Object.values(node)) if (typeof inner === "object") visit(inner, see);
}
