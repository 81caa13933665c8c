import type { Budget } from "./budget.ts";
import { TemplateRenderError } from "./errors.ts";
import { Moment, strftime } from "./moments.ts";
import { fixed, floatText, grouped, withLongExponent } from "./number-text.ts";
import { representation, textOf } from "./text-of.ts";
import { type Arguments, type Dict, lengthOf, Range, Tuple, typeName, Undefined, type Value } from "./values.ts";

interface Layout {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly hasPrefix: boolean;
  readonly width: number;
  readonly separator: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const spec = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;
const maxWidth = 100_000;
const maxPrecision = 100;

/** Python's `format(value, text)`. */
export function formatted(value: Value, text: string, budget: Budget): string {
  if (value instanceof Moment) return text === "" ? textOf(value, budget) : strftime(value, text);
  if (text === "") return textOf(value, budget);
  const found = spec.exec(text);
  if (found === null) throw new TemplateRenderError(`"${text}" is not a format`);
  const [, fill, align, sign = "-", hash, zero, width = "0", separator = "", precision, type = ""] = found;
  return laidOut(
    value,
    {
      fill: fill ?? (zero !== undefined && align === undefined ? "0" : " "),
      align: align ?? (zero !== undefined ? "=" : typeof value === "string" ? "<" : ">"),
      sign,
      hasPrefix: hash !== undefined,
      width: Math.min(Number(width), maxWidth),
      separator,
      precision: precision === undefined ? undefined : Number(precision),
      type,
    },
    budget,
  );
}

function laidOut(value: Value, layout: Layout, budget: Budget): string {
  budget.make(layout.width);
  if (typeof value === "string" && (layout.type === "" || layout.type === "s")) {
    const cut = layout.precision === undefined ? value : Array.from(value).slice(0, layout.precision).join("");
    return padded("", cut, layout);
  }
  if (typeof value !== "bigint" && typeof value !== "number" && typeof value !== "boolean") {
    throw new TemplateRenderError(`${typeName(value)} can't be formatted with "${layout.type}"`);
  }
  const number = typeof value === "boolean" ? BigInt(value) : value;
  const text = numberText(number, layout, budget);
  const isNegative = text.startsWith("-");
  const sign = isNegative ? "-" : layout.sign === "-" ? "" : layout.sign;
  return padded(sign, isNegative ? text.slice(1) : text, layout);
}

function padded(sign: string, text: string, { fill, align, width }: Layout): string {
  const missing = Math.max(0, width - sign.length - lengthOf(text));
  if (align === "<") return sign + text + fill.repeat(missing);
  if (align === "=") return sign + fill.repeat(missing) + text;
  const before = align === "^" ? Math.floor(missing / 2) : missing;
  return fill.repeat(before) + sign + text + fill.repeat(missing - before);
}

const bases: Readonly<Record<string, readonly [radix: number, prefix: string]>> = {
  b: [2, "0b"],
  o: [8, "0o"],
  x: [16, "0x"],
  X: [16, "0X"],
};

function numberText(value: bigint | number, layout: Layout, budget: Budget): string {
  const { type, precision, separator, hasPrefix } = layout;
  if (typeof value === "bigint" && (type === "" || "dnboxX".includes(type))) {
    const base = bases[type];
    if (base === undefined) return grouped(textOf(value, budget), separator);
    const digits = (value < 0n ? -value : value).toString(base[0]);
    return `${value < 0n ? "-" : ""}${hasPrefix ? base[1] : ""}${type === "X" ? digits.toUpperCase() : digits}`;
  }
  if (type !== "" && "dboxXcs".includes(type)) {
    throw new TemplateRenderError(`${typeName(value)} can't be formatted with "${type}"`);
  }
  if (precision !== undefined && precision > maxPrecision) {
    throw new TemplateRenderError(`a format has more than ${maxPrecision} digits after the point`);
  }
  return withSeparator(floatAs(Number(value), type, precision), separator);
}

function withSeparator(text: string, separator: string): string {
  if (separator === "") return text;
  const [whole = "", ...rest] = text.split(/(?=[.e%])/);
  return grouped(whole, separator) + rest.join("");
}

function floatAs(value: number, type: string, precision: number | undefined): string {
  if (!Number.isFinite(value)) return floatText(value);
  switch (type) {
    case "e":
    case "E": {
      const text = withLongExponent(value.toExponential(precision ?? 6));
      return type === "E" ? text.toUpperCase() : text;
    }
    case "f":
    case "F":
      return fixed(value, precision ?? 6);
    case "%":
      return `${fixed(value * 100, precision ?? 6)}%`;
    case "":
      return precision === undefined ? floatText(value) : general(value, precision, true);
    default: {
      const text = general(value, precision ?? 6, false);
      return type === "G" ? text.toUpperCase() : text;
    }
  }
}

/** `g`: so many digits in all, with an exponent for what is very large or small. */
function general(value: number, precision: number, keepsPoint: boolean): string {
  const digits = Math.max(precision, 1);
  const exponential = value.toExponential(digits - 1);
  const exponent = Number(exponential.slice(exponential.indexOf("e") + 1));
  const isLong = exponent < -4 || exponent >= (keepsPoint ? digits - 1 : digits);
  if (isLong) return withLongExponent(exponential.replace(/\.?0+e/, "e"));
  const text = fixed(value, Math.max(0, digits - 1 - exponent));
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return keepsPoint && !short.includes(".") ? `${short}.0` : short;
}

const placeholder = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g;

/** Python's `text.format(…)`. `read` gives the value of a field's path, such as `0` or `run.name`. */
export function formatBraces(
  text: string,
  given: Arguments,
  { budget, read }: { budget: Budget; read: (start: Value, path: string) => Value },
): string {
  let automatic = 0;
  let isNumbered = false;
  let isMixed = false;
  const fieldOf = (path: string): Value => {
    const [, name = "", rest = ""] = /^([^.[]*)(.*)$/s.exec(path) ?? [];
    if (/^\d+$/.test(name)) isNumbered = true;
    if (name === "" && isNumbered) isMixed = true;
    const at = name === "" ? automatic++ : Number(name);
    if (isMixed || (isNumbered && automatic > 0)) {
      throw new TemplateRenderError("a format numbers either all of its fields or none");
    }
    const start = /^\d*$/.test(name) ? given.positional[at] : given.named.get(name);
    if (start === undefined) throw new TemplateRenderError(`format has no value for {${path}}`);
    return read(start, rest);
  };
  return text.replace(placeholder, (whole, path?: string, conversion?: string, format = "") => {
    if (whole === "{{" || whole === "}}") return whole[0] ?? "";
    if (path === undefined) throw new TemplateRenderError(`"${whole}" stands alone in a format`);
    const value = fieldOf(path);
    const inner = format.replace(/\{([^{}]*)\}/g, (_: string, name: string) => textOf(fieldOf(name), budget));
    const shown =
      conversion === undefined ? value : conversion === "s" ? textOf(value, budget) : representation(value, budget);
    const made = formatted(shown, inner, budget);
    budget.make(made.length);
    return made;
  });
}

const percent = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\d+))?([a-zA-Z%])?/g;

/** Python's `text % values`. */
export function formatPercent(text: string, values: Value, budget: Budget): string {
  const items = values instanceof Tuple ? values.items : [values];
  let at = 0;
  const next = (name: string | undefined): Value => {
    const value = name === undefined ? items[at++] : values instanceof Map ? (values as Dict).get(name) : undefined;
    if (value === undefined) throw new TemplateRenderError("there are fewer values than the format asks for");
    return value;
  };
  const made = text.replace(percent, (whole, name?: string, flags = "", width = "0", precision?: string, type = "") => {
    if (type === "%") return "%";
    const value = next(name);
    const part = percentPart(value, { flags, width: Number(width), precision, type, whole }, budget);
    budget.make(part.length);
    return part;
  });
  if (at < items.length && !hasItems(values)) {
    throw new TemplateRenderError("there are more values than the format asks for");
  }
  return made;
}

/** What might be asked for a value by a name need not be used up. */
function hasItems(values: Value): boolean {
  return values instanceof Map || Array.isArray(values) || values instanceof Range || values instanceof Undefined;
}

interface PercentPart {
  readonly flags: string;
  readonly width: number;
  readonly precision: string | undefined;
  readonly type: string;
  readonly whole: string;
}

function percentPart(value: Value, { flags, width, precision, type, whole }: PercentPart, budget: Budget): string {
  const isText = type === "s" || type === "r" || type === "a";
  const shown = !isText ? wholeFor(value, type) : type === "s" ? textOf(value, budget) : representation(value, budget);
  if (!isText && !"dieEfFgGxXo".includes(type)) throw new TemplateRenderError(`"${whole}" is not a format`);
  const isLeft = flags.includes("-");
  const isZero = flags.includes("0") && !isText && !isLeft;
  return laidOut(
    shown,
    {
      fill: isZero ? "0" : " ",
      align: isLeft ? "<" : isZero ? "=" : ">",
      sign: flags.includes("+") ? "+" : flags.includes(" ") ? " " : "-",
      hasPrefix: flags.includes("#"),
      width: Math.min(Number.isNaN(width) ? 0 : width, maxWidth),
      separator: "",
      precision: precision === undefined ? undefined : Number(precision),
      type: type === "i" ? "d" : isText ? "s" : type,
    },
    budget,
  );
}

/** `%d` takes floats too, without their fractions. */
function wholeFor(value: Value, type: string): Value {
  const isWhole = type === "d" || type === "i";
  return isWhole && typeof value === "number" && Number.isFinite(value) ? BigInt(Math.trunc(value)) : value;
}
