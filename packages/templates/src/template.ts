import { defaultLimits, type TemplateLimits } from "./budget.ts";
import type { Links } from "./environment.ts";
import { TemplateRenderError, TemplateSyntaxError } from "./errors.ts";
import { rendered } from "./interpreter.ts";
import { parse } from "./parser.ts";
import type { Block, Statement } from "./syntax.ts";
import { type Value, valueFrom } from "./values.ts";

export interface RenderOptions {
  /** Values of JSON, also those of `parseJson`, and `Moment` and `Span`, by the names that the template uses. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Microseconds since the epoch, for what is said relative to now. Without it a template that says so is refused. */
  readonly now?: number | undefined;
  /** From 0 to below 1, for the filter `random`. */
  readonly chance?: () => number;
  readonly limits?: TemplateLimits;
  /** For the filters `ui_url` and `ui_resource_events_url`, which give None without it. */
  readonly links?: Links | undefined;
}

/** Throws a TemplateSyntaxError, also where the template has more loops than may be. */
export function checkTemplate(template: string): void {
  parsed(template);
}

/**
 * The text that a field of Prefect gives which may be a template: without `{{` and `{%` it is what it is, its line breaks included.
 * Throws a TemplateSyntaxError or a TemplateRenderError.
 */
export function renderField(text: string, options: RenderOptions = {}): string {
  const isTemplate = text.includes("{{") || text.includes("{%");
  if (isTemplate) return renderTemplate(text, options);
  checkTemplate(text);
  return text;
}

/**
 * The text that a template gives, as Prefect's environment of Jinja does: with the values of Python, where a name that is not there is
 * empty. Throws a TemplateSyntaxError or a TemplateRenderError.
 */
export function renderTemplate(template: string, options: RenderOptions = {}): string {
  const block = parsed(template);
  const values = new Map<string, Value>();
  const { context = {}, now, chance = () => 0, limits = defaultLimits, links } = options;
  const read = (name: string): Value | undefined => {
    if (!values.has(name) && Object.hasOwn(context, name)) values.set(name, valueFrom(context[name]));
    return values.get(name);
  };
  try {
    return rendered(block, { read, now, chance, limits, links });
  } catch (error) {
    if (error instanceof RangeError) throw new TemplateRenderError("the template nests too deep");
    throw error;
  }
}

const maxCharacters = 500_000;
const maxLoops = 10;
const maxLoopDepth = 2;

function parsed(template: string): Block {
  if (template.length > maxCharacters) {
    throw new TemplateSyntaxError(`the template has more than ${maxCharacters} characters`, 0);
  }
  const block = parse(template);
  const loops = loopsIn(block);
  const deepest = Math.max(0, ...loops);
  if (loops.length > maxLoops) {
    throw new TemplateSyntaxError(`the template has ${loops.length} for loops, and may have ${maxLoops}`, 0);
  }
  if (deepest > maxLoopDepth) {
    throw new TemplateSyntaxError(`for loops nest ${deepest} deep, and may nest ${maxLoopDepth} deep`, 0);
  }
  return block;
}

/** For each loop, how deep it stands in loops, itself included. */
function loopsIn(block: Block, depth = 0): readonly number[] {
  return block.flatMap((statement) => {
    const inner = statement.kind === "for" ? depth + 1 : depth;
    const within = blocksOf(statement).flatMap((part) => loopsIn(part, inner));
    return statement.kind === "for" ? [inner, ...within] : within;
  });
}

function blocksOf(statement: Statement): readonly Block[] {
  switch (statement.kind) {
    case "text":
    case "output":
    case "set":
      return [];
    case "if":
      return [...statement.branches.map(([, block]) => block), statement.otherwise];
    case "for":
      return [statement.body, statement.otherwise];
    default:
      return [statement.body];
  }
}
