import { type TSchema, Type, tagKeyword } from "@ostinato/protocol";

interface Shape {
  readonly [tagKeyword]?: string;
  readonly type?: string;
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly const?: unknown;
}

/**
 * The schema with each union of shapes replaced by the shape that the value means, so that only its problems are reported: all shapes
 * together would demand fields that others of them forbid. A `Tagged` union says by its tag which shape is meant; of other unions a
 * value means the only shape of its type, or the shape whose own required field it has.
 */
export function narrowed(schema: Shape, value: unknown): TSchema {
  if (value === undefined) return schema;
  const { [tagKeyword]: tag, anyOf, properties, items } = schema;
  if (tag !== undefined) return narrowedByTag(tag, anyOf ?? [], value);
  if (anyOf !== undefined) return narrowedByField(schema, anyOf, value);
  if (items !== undefined && Array.isArray(value)) return narrowedItems(schema, items, value);
  const parts = Object.entries(properties ?? {}).map(
    ([name, part]) => [name, narrowed(part, fieldOf(value, name))] as const,
  );
  const isSame = parts.every(([name, part]) => part === properties?.[name]);
  return isSame ? schema : { ...schema, properties: Object.fromEntries(parts) };
}

function narrowedItems(schema: Shape, items: Shape, values: readonly unknown[]): TSchema {
  const parts = values.map((value) => narrowed(items, value));
  return parts.every((part) => part === items) ? schema : { ...schema, prefixItems: parts };
}

function narrowedByTag(tag: string, shapes: readonly Shape[], value: unknown): TSchema {
  const named = shapes.find(({ properties }) => properties?.[tag]?.const === fieldOf(value, tag));
  if (named !== undefined) return narrowed(named, value);
  const names = shapes.map(({ properties }) => properties?.[tag]?.const);
  return Type.Object({ [tag]: refused((given) => names.includes(given), mustBeOneOf(names)) });
}

export function mustBeOneOf(values: readonly unknown[]): string {
  return `must be one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
}

function narrowedByField(schema: Shape, alternatives: readonly Shape[], value: unknown): TSchema {
  if (value === null && alternatives.some(({ type }) => type === "null")) return schema;
  const shapes = alternatives.filter(({ type }) => type !== "null");
  const [only] = shapes;
  if (only !== undefined && shapes.length === 1) return narrowedAlone(schema, only, value);
  const [ofItsKind, another] = shapes.filter(({ type }) => type === kindOf(value));
  if (ofItsKind !== undefined && another === undefined && shapes.every(({ type }) => type !== undefined))
    return narrowed(ofItsKind, value);
  const fields = shapes.map((shape) => ownField(shape, shapes));
  if (!fields.every((field) => field !== undefined)) return schema;
  const meant = shapes.filter((_, index) => fieldOf(value, fields[index] ?? "") !== undefined);
  const [shape] = meant;
  if (shape !== undefined && meant.length === 1) return narrowed(shape, value);
  const names = fields.map((field) => JSON.stringify(field)).join(", ");
  return refused(() => false, `must be an object with exactly one of the fields ${names}`);
}

/** The type that a schema has for a value. */
function kindOf(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

/** The shape beside null. */
function narrowedAlone(schema: Shape, only: Shape, value: unknown): TSchema {
  const part = narrowed(only, value);
  return part === only ? schema : part;
}

/** The first required field that no other of the shapes requires. */
function ownField(shape: Shape, shapes: readonly Shape[]): string | undefined {
  const others = shapes.filter((other) => other !== shape);
  return shape.required?.find((name) => others.every(({ required }) => !required?.includes(name)));
}

function refused(fits: (value: unknown) => boolean, message: string): TSchema {
  return Type.Refine(Type.Unknown(), fits, () => message);
}

function fieldOf(value: unknown, name: string): unknown {
  return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
}
