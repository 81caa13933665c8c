import { hasTest } from "./conditions.ts";
import { TemplateSyntaxError } from "./errors.ts";
import { hasFilter } from "./filters.ts";
import type { BinaryOperator, Call, Comparison, Expression } from "./syntax.ts";
import type { TokenStream } from "./token-stream.ts";

/** An expression, with `a if b else c` outermost. */
export function parseExpression(stream: TokenStream): Expression {
  return stream.nested(() => {
    let value = parseOr(stream);
    while (stream.skip("name", "if")) {
      const condition = parseOr(stream);
      const otherwise = stream.skip("name", "else") ? parseExpression(stream) : undefined;
      value = { kind: "choice", condition, value, otherwise };
    }
    return value;
  });
}

/** An expression, or several with commas between them, which are a tuple. */
export function parseTuple(stream: TokenStream, parse = parseExpression): Expression {
  const first = parse(stream);
  if (!stream.is("operator", ",")) return first;
  const items = [first];
  while (stream.skip("operator", ",")) {
    if (isTupleEnd(stream)) break;
    items.push(parse(stream));
  }
  return { kind: "tuple", items };
}

function isTupleEnd(stream: TokenStream): boolean {
  return stream.is("end") || stream.is("operator", ")") || stream.is("name", "in");
}

/** What a `for` goes over: `if` begins its filter there. */
export function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  while (stream.skip("name", "or")) left = { kind: "or", left, right: parseAnd(stream) };
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  while (stream.skip("name", "and")) left = { kind: "and", left, right: parseNot(stream) };
  return left;
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.skip("name", "not")) return parseComparison(stream);
  return stream.nested(() => ({ kind: "unary", operator: "not", of: parseNot(stream) }));
}

const comparisons: readonly string[] = ["==", "!=", ">", ">=", "<", "<="];

function parseComparison(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const others: [Comparison, Expression][] = [];
  for (;;) {
    const operator = takeComparison(stream);
    if (operator === undefined) return others.length === 0 ? first : { kind: "compare", first, others };
    others.push([operator, parseSum(stream)]);
  }
}

function takeComparison(stream: TokenStream): Comparison | undefined {
  if (stream.is("operator", ...comparisons)) return stream.next().value as Comparison;
  if (stream.skip("name", "in")) return "in";
  const { kind, value } = stream.look(1);
  if (!stream.is("name", "not") || kind !== "name" || value !== "in") return undefined;
  stream.next();
  stream.next();
  return "not in";
}

function parseSum(stream: TokenStream): Expression {
  return parseBinary(stream, ["+", "-"], parseConcatenation);
}

function parseConcatenation(stream: TokenStream): Expression {
  const first = parseProduct(stream);
  const parts = [first];
  while (stream.skip("operator", "~")) parts.push(parseProduct(stream));
  return parts.length === 1 ? first : { kind: "concat", parts };
}

function parseProduct(stream: TokenStream): Expression {
  return parseBinary(stream, ["*", "/", "//", "%"], parsePower);
}

function parsePower(stream: TokenStream): Expression {
  return parseBinary(stream, ["**"], parseUnary);
}

function parseBinary(
  stream: TokenStream,
  operators: readonly BinaryOperator[],
  parsePart: (stream: TokenStream) => Expression,
): Expression {
  let left = parsePart(stream);
  while (stream.is("operator", ...operators)) {
    const operator = stream.next().value as BinaryOperator;
    left = { kind: "binary", operator, left, right: parsePart(stream) };
  }
  return left;
}

function parseUnary(stream: TokenStream): Expression {
  return parseFilters(stream, parseSigned(stream));
}

function parseSigned(stream: TokenStream): Expression {
  if (!stream.is("operator", "-", "+")) return parsePostfix(stream, parsePrimary(stream));
  const operator = stream.next().value === "-" ? "-" : "+";
  return stream.nested(() => ({ kind: "unary", operator, of: parseSigned(stream) }));
}

const constants: Readonly<Record<string, null | boolean>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

export function parsePrimary(stream: TokenStream): Expression {
  const { kind, value } = stream.current;
  switch (kind) {
    case "name": {
      stream.next();
      const constant = Object.hasOwn(constants, value) ? constants[value] : undefined;
      return constant === undefined ? { kind: "name", name: value } : { kind: "literal", value: constant };
    }
    case "string": {
      let text = "";
      while (stream.is("string")) text += stream.next().value;
      return { kind: "literal", value: text };
    }
    case "integer":
    case "float":
      stream.next();
      return { kind: "literal", value: kind === "float" ? Number(value) : integerOf(value, stream.current.line) };
    default:
      if (stream.skip("operator", "(")) return parseParentheses(stream);
      if (stream.skip("operator", "[")) return { kind: "list", items: parseItems(stream, "]", parseExpression) };
      if (stream.skip("operator", "{")) return { kind: "dict", entries: parseItems(stream, "}", parseEntry) };
      throw stream.unexpected("an expression");
  }
}

const maxDigits = 4300;

function integerOf(text: string, line: number): bigint {
  if (text.length > maxDigits) throw new TemplateSyntaxError(`a number has more than ${maxDigits} digits`, line);
  if (/^0+[1-9]/.test(text)) throw new TemplateSyntaxError(`${text} begins with 0`, line);
  return BigInt(text);
}

function parseParentheses(stream: TokenStream): Expression {
  if (stream.skip("operator", ")")) return { kind: "tuple", items: [] };
  const value = parseTuple(stream);
  stream.expect("operator", ")");
  return value;
}

function parseItems<T>(stream: TokenStream, end: string, parse: (stream: TokenStream) => T): T[] {
  const items: T[] = [];
  while (!stream.skip("operator", end)) {
    if (items.length > 0) stream.expect("operator", ",");
    if (stream.skip("operator", end)) break;
    items.push(parse(stream));
  }
  return items;
}

function parseEntry(stream: TokenStream): readonly [Expression, Expression] {
  const key = parseExpression(stream);
  stream.expect("operator", ":");
  return [key, parseExpression(stream)];
}

export function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let value = start;
  for (;;) {
    if (stream.skip("operator", ".")) value = parseAttribute(stream, value);
    else if (stream.skip("operator", "[")) value = parseSubscript(stream, value);
    else if (stream.is("operator", "(")) value = { kind: "call", callee: value, call: parseCall(stream) };
    else return value;
  }
}

function parseAttribute(stream: TokenStream, of: Expression): Expression {
  const { kind, value } = stream.next();
  if (kind === "name") return { kind: "attribute", of, name: value };
  if (kind === "integer") return { kind: "item", of, key: { kind: "literal", value: BigInt(value) } };
  throw new TemplateSyntaxError(
    `expected a name or a number after ".", got ${JSON.stringify(value)}`,
    stream.current.line,
  );
}

function parseSubscript(stream: TokenStream, of: Expression): Expression {
  const bounds: (Expression | undefined)[] = [undefined];
  while (!stream.skip("operator", "]")) {
    if (stream.skip("operator", ":")) bounds.push(undefined);
    else if (bounds.at(-1) === undefined) bounds[bounds.length - 1] = parseTuple(stream);
    else throw stream.unexpected('"]"');
  }
  const [key] = bounds;
  if (bounds.length > 1) return { kind: "slice", of, bounds };
  if (key === undefined) throw stream.unexpected("an index");
  return { kind: "item", of, key };
}

export function parseCall(stream: TokenStream): Call {
  stream.expect("operator", "(");
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let spread: Expression | undefined;
  let spreadNamed: Expression | undefined;
  for (let isFirst = true; !stream.skip("operator", ")"); isFirst = false) {
    if (!isFirst) {
      stream.expect("operator", ",");
      if (stream.skip("operator", ")")) break;
    }
    if (stream.skip("operator", "*")) spread = parseExpression(stream);
    else if (stream.skip("operator", "**")) spreadNamed = parseExpression(stream);
    else if (stream.is("name") && isAssignment(stream)) {
      const { value } = stream.next();
      stream.next();
      named.push([value, parseExpression(stream)]);
    } else if (named.length > 0 || spread !== undefined || spreadNamed !== undefined) {
      throw new TemplateSyntaxError("an argument without a name stands after one with a name", stream.current.line);
    } else positional.push(parseExpression(stream));
  }
  return { positional, named, spread, spreadNamed };
}

function isAssignment(stream: TokenStream): boolean {
  const { kind, value } = stream.look(1);
  return kind === "operator" && value === "=";
}

const noArguments: Call = { positional: [], named: [] };

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let value = start;
  for (;;) {
    if (stream.skip("operator", "|")) {
      const [name, call] = parseFilter(stream);
      value = { kind: "filter", of: value, name, call };
    } else if (stream.skip("name", "is")) value = parseTest(stream, value);
    else if (stream.is("operator", "(")) value = { kind: "call", callee: value, call: parseCall(stream) };
    else return value;
  }
}

/** The name of a filter that exists, and its arguments. */
export function parseFilter(stream: TokenStream): readonly [string, Call] {
  const { line } = stream.current;
  const name = parseDottedName(stream);
  if (!hasFilter(name)) throw new TemplateSyntaxError(`there is no filter named "${name}"`, line);
  return [name, stream.is("operator", "(") ? parseCall(stream) : noArguments];
}

function parseDottedName(stream: TokenStream): string {
  let name = stream.expect("name").value;
  while (stream.skip("operator", ".")) name += `.${stream.expect("name").value}`;
  return name;
}

function parseTest(stream: TokenStream, of: Expression): Expression {
  const isNegated = stream.skip("name", "not");
  const { line } = stream.current;
  const name = parseDottedName(stream);
  if (!hasTest(name)) throw new TemplateSyntaxError(`there is no test named "${name}"`, line);
  return { kind: "test", of, name, call: parseTestCall(stream), isNegated };
}

/** A test may have its argument without parentheses: `is divisibleby 2`. */
function parseTestCall(stream: TokenStream): Call {
  if (stream.is("operator", "(")) return parseCall(stream);
  if (stream.is("name", "is")) throw stream.unexpected("an end of the test, since tests cannot be chained");
  // "if" is taken for an argument too, as in Jinja.
  const hasArgument =
    (stream.is("name") && !stream.is("name", "else", "or", "and")) ||
    stream.is("string") ||
    stream.is("integer") ||
    stream.is("float") ||
    stream.is("operator", "[", "{");
  return hasArgument ? { positional: [parsePostfix(stream, parsePrimary(stream))], named: [] } : noArguments;
}
