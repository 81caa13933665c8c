import { stateNames } from "@ostinato/core";
import { type Node, parseSync, Visitor } from "oxc-parser";

export interface Breach {
  readonly line: number;
  readonly start: number;
  readonly message: string;
}

/**
 * Known state names that are written as literals. Code uses `stateNames.late`, so that a name is one line in core. Texts for people are
 * exempt: labels, reasons, element content, error names.
 */
export function stateNameLiterals(path: string, source: string): readonly Breach[] {
  const names: ReadonlySet<unknown> = new Set(Object.values(stateNames));
  const forPeople = new Set<number>();
  const breaches: Breach[] = [];
  const say = (name: string, start: number) =>
    breaches.push({ start, line: lineOf(source, start), message: `the state "${name}": use stateNames of core` });
  new Visitor({
    PropertyDefinition: ({ value }) => markTexts(value, forPeople),
    Property: ({ key, value }) => {
      if (key.type === "Identifier" && isTextKey.test(key.name)) markTexts(value, forPeople);
    },
    JSXElement: ({ children }) => {
      for (const child of children) if (child.type === "JSXExpressionContainer") markTexts(child.expression, forPeople);
    },
    Literal: ({ value, start }) => {
      if (names.has(value) && !forPeople.has(start)) say(String(value), start);
    },
    TemplateElement: ({ value, start }) => {
      for (const { 1: name } of value.raw.matchAll(/'(\w+)'/g)) if (names.has(name)) say(String(name), start);
    },
  }).visit(parse(path, source));
  return breaches;
}

const isTextKey = /^(reason|\w*label)$/i;

/** Marks the literals that may be the value of the expression. */
function markTexts(node: Node | null, marked: Set<number>): void {
  if (node?.type === "Literal") marked.add(node.start);
  if (node?.type !== "ConditionalExpression") return;
  markTexts(node.consequent, marked);
  markTexts(node.alternate, marked);
}

/** Calls with a different answer each time. A rule takes values, and random ones come with the transition. */
const chances =
  /\b(?:Math\.random|randomId|timeOrderedId|randomRunName|Date\.now|performance\.now)\s*\(|\bnew Date\(\)/g;

export function chancesInRules(source: string): readonly Breach[] {
  return [...source.matchAll(chances)].map(({ 0: call, index }) => ({
    start: index,
    line: lineOf(source, index),
    message: `${call} in a rule: take it from the transition, or as a parameter`,
  }));
}

const boundName = /^(?:most|longest|largest)(?=[A-Z])/;
const fieldForPrefect = /\bthe field's (?:clients?|servers?|words?|record|UI)\b/i;
const isNo = /(?<!\bthere )\bis no (?!longer\b|more\b|other\b)/i;

/** The places where a word stands that the glossary of CONTRIBUTING.md replaces: in names, in comments, and in strings. */
export function wordsToReplace(path: string, source: string): readonly Breach[] {
  const breaches: Breach[] = [];
  const add = (start: number, message: string) => breaches.push({ start, line: lineOf(source, start), message });
  const checkText = (text: string, start: number) => {
    if (isNo.test(text)) add(start, "`is no …` in a string: say `is not a …`");
  };
  const { program, comments } = parsed(path, source);
  new Visitor({
    Identifier: ({ name, start }) => {
      if (boundName.test(name)) add(start, `the name ${name}: say ${name.replace(boundName, "max")} for a bound`);
    },
    Literal: ({ value, start }) => {
      if (typeof value === "string") checkText(value, start);
    },
    TemplateElement: ({ value, start }) => checkText(value.raw, start),
    JSXText: ({ value, start }) => checkText(value, start),
  }).visit(program);
  for (const { value, start } of comments) {
    if (fieldForPrefect.test(value)) add(start, "`the field` in a comment: say `Prefect`");
  }
  return breaches;
}

function parse(path: string, source: string) {
  return parsed(path, source).program;
}

function parsed(path: string, source: string) {
  const result = parseSync(path, source);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`);
  return result;
}

function lineOf(source: string, start: number): number {
  return source.slice(0, start).split("\n").length;
}
