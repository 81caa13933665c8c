import { attribute, item } from "./attributes.ts";
import { Budget, type TemplateLimits } from "./budget.ts";
import { conditionNamed } from "./conditions.ts";
import type { Environment, Links } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { filterNamed, keepsMarkup, seesMarkup } from "./filters.ts";
import { globals } from "./globals.ts";
import { type Loop, loopOver } from "./loop.ts";
import { type Macro, macroOf, refuseOthers } from "./macros.ts";
import { Span } from "./moments.ts";
import { binary, compare, isKey, isNumeric, numeric, undefinedError } from "./operators.ts";
import { Scope } from "./scope.ts";
import { iterated, sliced } from "./sequences.ts";
import type { Block, Call, Expression, FilterCall, ForLoop, Parameters, Statement, Target } from "./syntax.ts";
import { textOf } from "./text-of.ts";
import {
  type Arguments,
  Callable,
  Fields,
  isTrue,
  plain,
  Safe,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from "./values.ts";

export interface Rendering {
  /** The value of a name; undefined where there is none. */
  readonly read: (name: string) => Value | undefined;
  readonly now: number | undefined;
  readonly chance: () => number;
  readonly limits: TemplateLimits;
  readonly links: Links | undefined;
}

/** The text that a template gives. Throws a TemplateRenderError. */
export function rendered(template: Block, rendering: Rendering): string {
  return new Interpreter(rendering).render(template);
}

class Interpreter {
  readonly #read: Rendering["read"];
  readonly #budget: Budget;
  readonly #environment: Environment;
  readonly #globals: ReadonlyMap<string, Value>;

  constructor({ read, now, chance, limits, links }: Rendering) {
    this.#read = read;
    this.#budget = new Budget(limits);
    this.#environment = {
      budget: this.#budget,
      now,
      chance,
      links,
      filter: (name, value, given) => this.#filtered(name, value, given),
      test: (name, value, given) => this.#tested(name, value, given),
    };
    this.#globals = globals();
  }

  render(template: Block): string {
    return this.#block(template, new Scope());
  }

  #block(statements: Block, scope: Scope): string {
    const parts: string[] = [];
    for (const statement of statements) {
      this.#budget.step();
      const text = this.#statement(statement, scope);
      this.#budget.make(text.length);
      parts.push(text);
    }
    return parts.join("");
  }

  #statement(statement: Statement, scope: Scope): string {
    switch (statement.kind) {
      case "text":
        return statement.text;
      case "output":
        return textOf(this.#value(statement.value, scope), this.#budget);
      case "if": {
        const found = statement.branches.find(([condition]) => isTrue(this.#value(condition, scope)));
        return this.#block(found?.[1] ?? statement.otherwise, scope);
      }
      case "for":
        return this.#loop(statement, this.#value(statement.over, scope), { scope, depth: 1 });
      case "set":
        this.#assign(statement.target, this.#value(statement.value, scope), scope);
        return "";
      case "set block": {
        const text = this.#block(statement.body, new Scope(scope));
        this.#assign(statement.target, this.#throughFilters(statement.filters, text, scope), scope);
        return "";
      }
      case "with": {
        const inner = new Scope(scope);
        for (const [target, value] of statement.bindings) this.#assign(target, this.#value(value, scope), inner);
        return this.#block(statement.body, inner);
      }
      case "macro":
        scope.set(statement.name, this.#macro(statement.name, statement, scope));
        return "";
      case "call block": {
        const caller = this.#macro("caller", statement, scope);
        const given = this.#arguments(statement.call, scope);
        const named = new Map([...given.named, ["caller", caller]] as const);
        return textOf(this.#call(this.#value(statement.callee, scope), { ...given, named }), this.#budget);
      }
      case "filter block": {
        const text = this.#block(statement.body, new Scope(scope));
        return textOf(this.#throughFilters(statement.filters, text, scope), this.#budget);
      }
      case "block":
        return this.#block(statement.body, new Scope(scope));
    }
  }

  #loop(loop: ForLoop, over: Value, { scope, depth }: { scope: Scope; depth: number }): string {
    const items = iterated(over, this.#budget);
    const { condition } = loop;
    const scopeOf = (each: Value) => {
      const inner = new Scope(scope);
      this.#assign(loop.target, each, inner);
      return inner;
    };
    const kept =
      condition === undefined ? items : items.filter((each) => isTrue(this.#value(condition, scopeOf(each))));
    if (kept.length === 0) return this.#block(loop.otherwise, scope);
    const state = loopOver(kept, depth, this.#budget);
    return kept
      .map((each, index) => {
        const inner = scopeOf(each);
        inner.set("loop", this.#loopValue(loop, state, { index, scope, depth }));
        return this.#block(loop.body, inner);
      })
      .join("");
  }

  #loopValue(
    loop: ForLoop,
    state: Loop,
    { index, scope, depth }: { index: number; scope: Scope; depth: number },
  ): Fields {
    const fields = state.at(index);
    if (!loop.isRecursive) return fields;
    fields.fields.set(
      "()",
      new Callable("loop", ({ positional: [inner] }) => {
        return this.#budget.within(() => this.#loop(loop, inner ?? new Undefined("loop"), { scope, depth: depth + 1 }));
      }),
    );
    return fields;
  }

  #assign(target: Target, value: Value, scope: Scope): void {
    switch (target.kind) {
      case "name":
        scope.set(target.name, value);
        return;
      case "field": {
        const namespace = this.#name(target.namespace, scope);
        if (!(namespace instanceof Fields) || namespace.name !== "namespace") {
          throw new TemplateRenderError(`"${target.namespace}" is not a namespace, so its fields can't be set`);
        }
        namespace.fields.set(target.field, value);
        return;
      }
      case "several": {
        const parts = iterated(value, this.#budget);
        if (parts.length !== target.targets.length) {
          throw new TemplateRenderError(`there are ${parts.length} values for ${target.targets.length} names`);
        }
        for (const [index, part] of target.targets.entries()) this.#assign(part, parts[index] ?? null, scope);
      }
    }
  }

  #macro(name: string, { parameters, body }: { parameters: Parameters; body: Block }, scope: Scope): Callable {
    const macro = macroOf(name, { parameters, body });
    return new Callable(name, (given) => {
      return this.#budget.within(() => this.#block(body, this.#macroScope(macro, given, scope)));
    });
  }

  #macroScope(macro: Macro, { positional, named }: Arguments, outer: Scope): Scope {
    const { names, defaults } = macro;
    const scope = new Scope(outer);
    refuseOthers(macro, { positional, named });
    for (const [index, name] of names.entries()) {
      const fallback = defaults[index - (names.length - defaults.length)];
      const given = index < positional.length ? positional[index] : named.get(name);
      const otherwise = () => (fallback === undefined ? new Undefined(name) : this.#value(fallback, scope));
      scope.set(name, given === undefined ? otherwise() : given);
    }
    const others = [...named].filter(([name]) => !names.includes(name) && name !== "caller");
    scope.set("varargs", new Tuple(positional.slice(names.length)));
    scope.set("kwargs", new Map<Value, Value>(others));
    scope.set("caller", named.get("caller") ?? new Undefined("caller"));
    return scope;
  }

  #throughFilters(filters: FilterCall, value: Value, scope: Scope): Value {
    return filters.reduce((made, [name, call]) => this.#filtered(name, made, this.#arguments(call, scope)), value);
  }

  #filtered(name: string, value: Value, given: Arguments): Value {
    this.#budget.step();
    const filter = filterNamed(name);
    if (filter === undefined) throw new TemplateRenderError(`there is no filter named "${name}"`);
    if (!(value instanceof Safe) || seesMarkup(name)) return filter(value, given, this.#environment);
    const made = filter(value.text, given, this.#environment);
    return typeof made === "string" && keepsMarkup(name) ? new Safe(made) : made;
  }

  #tested(name: string, value: Value, given: Arguments): boolean {
    this.#budget.step();
    const condition = conditionNamed(name);
    if (condition === undefined) throw new TemplateRenderError(`there is no test named "${name}"`);
    return condition(name === "escaped" ? value : plain(value), given, this.#environment);
  }

  #name(name: string, scope: Scope): Value {
    for (const found of [scope.get(name), this.#read(name), this.#globals.get(name)]) {
      if (found !== undefined) return found;
    }
    return new Undefined(name);
  }

  #value(expression: Expression, scope: Scope): Value {
    this.#budget.step();
    const made = (part: Expression) => this.#value(part, scope);
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "name":
        return this.#name(expression.name, scope);
      case "list":
        return expression.items.map(made);
      case "tuple":
        return new Tuple(expression.items.map(made));
      case "dict":
        return new Map(expression.entries.map(([key, value]) => [keyFrom(made(key)), made(value)]));
      case "unary":
        return unary(expression.operator, made(expression.of));
      case "binary":
        return binary(expression.operator, made(expression.left), made(expression.right), this.#budget);
      case "and": {
        const left = made(expression.left);
        return isTrue(left) ? made(expression.right) : left;
      }
      case "or": {
        const left = made(expression.left);
        return isTrue(left) ? left : made(expression.right);
      }
      case "concat": {
        const texts = expression.parts.map((part) => textOf(made(part), this.#budget));
        this.#budget.make(texts.reduce((sum, text) => sum + text.length, 0));
        return texts.join("");
      }
      case "compare":
        return this.#compared(expression, scope);
      case "choice": {
        const { condition, value, otherwise } = expression;
        if (isTrue(made(condition))) return made(value);
        return otherwise === undefined ? new Undefined("the value without else") : made(otherwise);
      }
      case "attribute":
        return attribute(made(expression.of), expression.name, this.#environment);
      case "item":
        return item(made(expression.of), made(expression.key), this.#environment);
      case "slice": {
        const bounds = expression.bounds.map((bound) => (bound === undefined ? undefined : made(bound)));
        return sliced(made(expression.of), bounds, this.#budget);
      }
      case "call":
        return this.#call(made(expression.callee), this.#arguments(expression.call, scope));
      case "filter":
        return this.#filtered(expression.name, made(expression.of), this.#arguments(expression.call, scope));
      case "test": {
        const holds = this.#tested(expression.name, made(expression.of), this.#arguments(expression.call, scope));
        return holds !== expression.isNegated;
      }
    }
  }

  #compared({ first, others }: Expression & { readonly kind: "compare" }, scope: Scope): boolean {
    let left = this.#value(first, scope);
    return others.every(([operator, expression]) => {
      const right = this.#value(expression, scope);
      const holds = compare(operator, left, right, this.#budget);
      left = right;
      return holds;
    });
  }

  #arguments({ positional, named, spread, spreadNamed }: Call, scope: Scope): Arguments {
    const values = positional.map((each) => this.#value(each, scope));
    const byName = new Map(named.map(([name, each]) => [name, this.#value(each, scope)]));
    if (spread !== undefined) values.push(...iterated(this.#value(spread, scope), this.#budget));
    if (spreadNamed !== undefined) {
      const fields = this.#value(spreadNamed, scope);
      if (!(fields instanceof Map)) throw new TemplateRenderError(`** takes a dict, not ${typeName(fields)}`);
      for (const [name, value] of fields) byName.set(textOf(name, this.#budget), value);
    }
    return { positional: values, named: byName };
  }

  #call(callee: Value, given: Arguments): Value {
    const target = callee instanceof Fields ? callee.fields.get("()") : callee;
    if (target instanceof Callable) return target.call(given);
    if (callee instanceof Undefined) throw undefinedError(callee);
    throw new TemplateRenderError(`${typeName(callee)} can't be called`);
  }
}

function keyFrom(value: Value): Value {
  if (!isKey(value)) throw new TemplateRenderError(`${typeName(value)} can't be a key of a dict`);
  return plain(value);
}

function unary(operator: "-" | "+" | "not", value: Value): Value {
  if (operator === "not") return !isTrue(value);
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof Span) return operator === "-" ? new Span(-value.microseconds) : value;
  if (!isNumeric(value)) throw new TemplateRenderError(`${operator}${typeName(value)} is not possible`);
  const number = numeric(value);
  return operator === "-" ? -number : number;
}
