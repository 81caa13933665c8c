import type { Budget } from "./budget.ts";
import { TemplateRenderError } from "./errors.ts";
import { charactersOf, Lazy, lengthOf, Range, Safe, Tuple, typeName, Undefined, type Value, View } from "./values.ts";

/** The items that a loop over the value meets. Each of them is a step. */
export function iterated(value: Value, budget: Budget): readonly Value[] {
  const items = itemsOf(value);
  if (items === undefined) throw new TemplateRenderError(`${typeName(value)} is not a list of items`);
  budget.step(items.length);
  return items;
}

/** The items that Python's `iter` meets. */
function itemsOf(value: Value): readonly Value[] | undefined {
  if (value instanceof Lazy) return value.take();
  if (value instanceof View) return value.items;
  return value instanceof Map ? [...value.keys()] : numberedOf(value);
}

export function isIterable(value: Value): boolean {
  return value instanceof Lazy || value instanceof View || value instanceof Map || numberedOf(value) !== undefined;
}

/** The items of what has them by number. */
export function numberedOf(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple || value instanceof Range) return value.items;
  if (typeof value === "string") return charactersOf(value);
  if (value instanceof Safe) return charactersOf(value.text);
  return value instanceof Undefined ? [] : undefined;
}

export function sizeOf(value: Value): number {
  if (typeof value === "string") return lengthOf(value);
  if (value instanceof Map) return value.size;
  if (value instanceof View) return value.items.length;
  const size = value instanceof Range ? Number(value.length) : numberedOf(value)?.length;
  if (size === undefined) throw new TemplateRenderError(`${typeName(value)} has no length`);
  return size;
}

/** A part of a list, tuple or str, by bounds that may count from its end. */
export function sliced(value: Value, [start, stop, step]: readonly (Value | undefined)[], budget: Budget): Value {
  if (value instanceof Undefined) return value;
  const items = numberedOf(value);
  if (items === undefined) throw new TemplateRenderError(`${typeName(value)} has no slices`);
  const bounds = { start: bound(start), stop: bound(stop), step: bound(step) ?? 1 };
  if (value instanceof Range) return partOfRange(value, bounds);
  const part = sliceOf(items, bounds);
  budget.make(part.length);
  if (typeof value === "string" || value instanceof Safe) return part.join("");
  return value instanceof Tuple ? new Tuple(part) : part;
}

interface Bounds {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;
}

function bound(given: Value | undefined): number | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "bigint" || typeof given === "boolean") return Number(given);
  throw new TemplateRenderError(`a slice has bounds of type int, not ${typeName(given)}`);
}

function partOfRange({ start, step, length }: Range, bounds: Bounds): Range {
  const { first, end } = indexesOf(Number(length), bounds);
  return new Range(start + BigInt(first) * step, start + BigInt(end) * step, step * BigInt(bounds.step));
}

function sliceOf(items: readonly Value[], bounds: Bounds): Value[] {
  const { step } = bounds;
  const { first, end } = indexesOf(items.length, bounds);
  const part: Value[] = [];
  for (let at = first; step > 0 ? at < end : at > end; at += step) part.push(items[at] ?? null);
  return part;
}

function indexesOf(length: number, { start, stop, step }: Bounds): { readonly first: number; readonly end: number } {
  if (step === 0) throw new TemplateRenderError("the step of a slice is 0");
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const within = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, lowest), highest);
  const first = start === undefined ? (step > 0 ? lowest : highest) : within(start);
  const end = stop === undefined ? (step > 0 ? highest : lowest) : within(stop);
  return { first, end };
}

export function sequenceOf(list: Value[] | Tuple | Range): readonly Value[] {
  return Array.isArray(list) ? list : list.items;
}
