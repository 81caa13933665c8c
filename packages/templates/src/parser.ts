import { TemplateSyntaxError } from "./errors.ts";
import {
  parseCall,
  parseExpression,
  parseFilter,
  parseOr,
  parsePostfix,
  parsePrimary,
  parseTuple,
} from "./expressions.ts";
import { tokens } from "./lexer.ts";
import type { Block, Expression, FilterCall, Parameters, Statement, Target } from "./syntax.ts";
import { TokenStream } from "./token-stream.ts";

/** Throws a TemplateSyntaxError. */
export function parse(template: string): Block {
  const stream = new TokenStream(tokens(template));
  const block = parseBlock(stream, []);
  if (!stream.is("eof")) throw stream.unexpected("the end of the template");
  return block;
}

/** Statements up to a tag with one of the names, whose mark and name it leaves. */
function parseBlock(stream: TokenStream, ends: readonly string[]): Block {
  return stream.nested(() => {
    const statements: Statement[] = [];
    while (!stream.is("eof")) {
      const { kind, value, line } = stream.current;
      if (kind === "text") {
        stream.next();
        statements.push({ kind: "text", text: value, line });
      } else if (value === "{{") {
        stream.next();
        statements.push({ kind: "output", value: parseTuple(stream), line });
        stream.expect("end", "}}");
      } else {
        const { kind: after, value: name } = stream.look(1);
        if (after === "name" && ends.includes(name)) return statements;
        stream.next();
        statements.push(parseTag(stream, line));
      }
    }
    if (ends.length === 0) return statements;
    throw new TemplateSyntaxError(`the template ends where ${orList(ends)} is expected`, stream.current.line);
  });
}

function orList(names: readonly string[]): string {
  return names.map((name) => `{% ${name} %}`).join(" or ");
}

/** The statements up to the tag `{% end… %}`, which is read too. */
function parseBody(stream: TokenStream, end: string): Block {
  stream.expect("end", "%}");
  const body = parseBlock(stream, [end]);
  endTag(stream);
  return body;
}

function endTag(stream: TokenStream): void {
  stream.next();
  stream.next();
}

/** Tags that read other templates, of which there are none. */
const ofOtherTemplates = ["extends", "include", "import", "from"];

function parseTag(stream: TokenStream, line: number): Statement {
  const name = stream.expect("name").value;
  const parseTagOf = Object.hasOwn(tags, name) ? tags[name] : undefined;
  if (ofOtherTemplates.includes(name)) {
    throw new TemplateSyntaxError(`the tag "${name}" needs other templates, and there are none`, line);
  }
  if (parseTagOf === undefined) throw new TemplateSyntaxError(`unknown tag "${name}"`, line);
  const statement = parseTagOf(stream, line);
  stream.expect("end", "%}");
  return statement;
}

type ParseTag = (stream: TokenStream, line: number) => Statement;

const tags: Readonly<Record<string, ParseTag>> = {
  if: parseIf,
  for: parseFor,
  set: parseSet,
  with: parseWith,
  macro: parseMacro,
  call: parseCallBlock,
  filter: (stream, line) => ({
    kind: "filter block",
    filters: parseFilterCalls(stream),
    body: parseBody(stream, "endfilter"),
    line,
  }),
  block(stream, line) {
    const name = stream.expect("name").value;
    const body = parseBody(stream, "endblock");
    stream.skip("name", name);
    return { kind: "block", body, line };
  },
  print(stream, line) {
    const parts = [parseExpression(stream)];
    while (stream.skip("operator", ",")) parts.push(parseExpression(stream));
    return { kind: "output", value: { kind: "concat", parts }, line };
  },
};

function parseIf(stream: TokenStream, line: number): Statement {
  const branches: [Expression, Block][] = [];
  let otherwise: Block = [];
  for (;;) {
    const condition = parseTuple(stream, parseOr);
    stream.expect("end", "%}");
    branches.push([condition, parseBlock(stream, ["elif", "else", "endif"])]);
    const { value: tag } = stream.look(1);
    endTag(stream);
    if (tag === "elif") continue;
    if (tag === "else") otherwise = parseBody(stream, "endif");
    return { kind: "if", branches, otherwise, line };
  }
}

function parseFor(stream: TokenStream, line: number): Statement {
  const target = parseTarget(stream);
  stream.expect("name", "in");
  const over = parseTuple(stream, parseOr);
  const condition = stream.skip("name", "if") ? parseExpression(stream) : undefined;
  const isRecursive = stream.skip("name", "recursive");
  stream.expect("end", "%}");
  const body = parseBlock(stream, ["else", "endfor"]);
  const { value: tag } = stream.look(1);
  endTag(stream);
  const otherwise = tag === "else" ? parseBody(stream, "endfor") : [];
  return { kind: "for", target, over, condition, isRecursive, body, otherwise, line };
}

function parseTarget(stream: TokenStream): Target {
  const targets = [parseOneTarget(stream)];
  let isSeveral = false;
  while (stream.skip("operator", ",")) {
    isSeveral = true;
    if (stream.is("name", "in") || stream.is("operator", "=") || stream.is("end") || stream.is("operator", ")")) break;
    targets.push(parseOneTarget(stream));
  }
  const [only] = targets;
  return isSeveral || only === undefined ? { kind: "several", targets } : only;
}

const reserved = ["true", "True", "false", "False", "none", "None"];

function parseOneTarget(stream: TokenStream): Target {
  if (stream.skip("operator", "(")) {
    const target = stream.nested(() => parseTarget(stream));
    stream.expect("operator", ")");
    return target;
  }
  const { value: name, line } = stream.expect("name");
  if (reserved.includes(name)) throw new TemplateSyntaxError(`"${name}" can't be given a value`, line);
  if (stream.skip("operator", ".")) return { kind: "field", namespace: name, field: stream.expect("name").value };
  return { kind: "name", name };
}

function parseSet(stream: TokenStream, line: number): Statement {
  const target = parseTarget(stream);
  if (stream.skip("operator", "=")) return { kind: "set", target, value: parseTuple(stream), line };
  const filters = stream.skip("operator", "|") ? parseFilterCalls(stream) : [];
  return { kind: "set block", target, filters, body: parseBody(stream, "endset"), line };
}

function parseFilterCalls(stream: TokenStream): FilterCall {
  const filters = [parseFilter(stream)];
  while (stream.skip("operator", "|")) filters.push(parseFilter(stream));
  return filters;
}

function parseWith(stream: TokenStream, line: number): Statement {
  const bindings: [Target, Expression][] = [];
  while (!stream.is("end")) {
    if (bindings.length > 0) stream.expect("operator", ",");
    const target = parseTarget(stream);
    stream.expect("operator", "=");
    bindings.push([target, parseExpression(stream)]);
  }
  return { kind: "with", bindings, body: parseBody(stream, "endwith"), line };
}

function parseMacro(stream: TokenStream, line: number): Statement {
  const name = stream.expect("name").value;
  const parameters = parseParameters(stream);
  return { kind: "macro", name, parameters, body: parseBody(stream, "endmacro"), line };
}

function parseParameters(stream: TokenStream): Parameters {
  const names: string[] = [];
  const defaults: Expression[] = [];
  stream.expect("operator", "(");
  while (!stream.skip("operator", ")")) {
    if (names.length > 0) stream.expect("operator", ",");
    const { value, line } = stream.expect("name");
    names.push(value);
    if (stream.skip("operator", "=")) defaults.push(parseExpression(stream));
    else if (defaults.length > 0) {
      throw new TemplateSyntaxError(`the parameter "${value}" has no default, and one before it has`, line);
    }
  }
  return { names, defaults };
}

function parseCallBlock(stream: TokenStream, line: number): Statement {
  const parameters = stream.is("operator", "(") ? parseParameters(stream) : { names: [], defaults: [] };
  const called = parseCallee(stream);
  if (called.kind !== "call") throw new TemplateSyntaxError('the tag "call" needs a call', line);
  return {
    kind: "call block",
    parameters,
    callee: called.callee,
    call: called.call,
    body: parseBody(stream, "endcall"),
    line,
  };
}

function parseCallee(stream: TokenStream): Expression {
  const value = parsePostfix(stream, parsePrimary(stream));
  return stream.is("operator", "(") ? { kind: "call", callee: value, call: parseCall(stream) } : value;
}
