import type { Random } from "../chaos/random.ts";
import type { Documented, Making } from "./grammar.ts";
import type { Draft } from "./request.ts";

/** The part of an OpenAPI document from which bodies are generated. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface OperationObject {
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** The objects to which fields refer. */
const kinds: Readonly<Record<string, string>> = {
  flow_id: "flow",
  flow_run_id: "flow run",
  task_run_id: "task run",
  parent_task_run_id: "task run",
  parent_flow_run_id: "flow run",
};

/** Fields that belong to later nouns, or that would end the comparison: left out of bodies. */
const leftOut = new Set([
  "deployment_id",
  "deployments",
  "work_pools",
  "work_pool_queues",
  "work_queues",
  "work_pool_name",
  "work_queue_name",
  "infrastructure_document_id",
  "job_variables",
]);

/** A request of a documented operation with a body that its schema allows, usually without optional fields. */
export function fromDocument(
  document: OpenApiDocument,
  { method, path, parameters = {} }: Documented,
  making: Making,
): Draft {
  const filledPath = path.replace(/\{(\w+)\}/g, (_, name: string) => making.some(parameters[name] ?? ""));
  const schema = document.paths[path]?.[method.toLowerCase()]?.requestBody?.content?.["application/json"]?.schema;
  if (schema === undefined) throw new Error(`Prefect's document has no body of ${method} ${path}`);
  return { method, path: filledPath, body: valueFor(schema, { document, making, depth: 0, name: "" }) };
}

interface Place {
  readonly document: OpenApiDocument;
  readonly making: Making;
  readonly depth: number;
  /** The name of the field. */
  readonly name: string;
}

function valueFor(schema: Schema, place: Place): unknown {
  const { document, making } = place;
  const { random } = making;
  const { $ref, enum: values, allOf } = schema;
  if ($ref !== undefined) return valueFor(document.components.schemas[$ref.split("/").at(-1) ?? ""] ?? {}, place);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return valueFor(random.pick(choices), place);
  if (allOf?.[0] !== undefined) return valueFor(allOf[0], place);
  if (schema.const !== undefined) return schema.const;
  if (values !== undefined) return random.pick(values);
  switch (schema.type) {
    case "object":
      return objectOf(schema, place);
    case "array": {
      const length = random.pick([0, 1, 1, 2]);
      return Array.from({ length }, () => valueFor(schema.items ?? {}, { ...place, depth: place.depth + 1 }));
    }
    case "string":
      return textOf(schema, place);
    case "integer":
      return Math.max(schema.minimum ?? -2, Math.min(schema.maximum ?? 100, Math.floor(random.between(-2, 100))));
    case "number":
      return Math.max(schema.minimum ?? -2, Math.floor(random.between(-2, 100)) / 4);
    case "boolean":
      return random.pick([true, false]);
    case "null":
      return null;
    default:
      return random.pick<unknown>([null, 1, "text", { a: 1 }]);
  }
}

function objectOf({ properties = {}, required = [] }: Schema, place: Place): unknown {
  const { random } = place.making;
  const chance = [0.5, 0.35, 0.25][place.depth] ?? 0.15;
  const names = Object.keys(properties).filter(
    (name) => required.includes(name) || (!leftOut.has(name) && random.next() < chance),
  );
  const entries = names.map((name) => [
    name,
    valueFor(properties[name] ?? {}, { ...place, name, depth: place.depth + 1 }),
  ]);
  return Object.fromEntries(entries);
}

function textOf({ format, maxLength }: Schema, { making, name }: Place): string {
  const { random } = making;
  const kind = kinds[name];
  if (format === "uuid") return kind === undefined ? randomUuid(random) : making.some(kind);
  if (format === "date-time") return random.pick(["2020-01-01T00:00:00Z", "2091-02-03 04:05:06.789+02:00"]);
  if (name === "name" || name === "task_key" || name === "dynamic_key") return `made-${making.word()}`;
  return random.pick(["", "text", "Zwei Worte", "%", "run"]).slice(0, maxLength ?? 99);
}

function randomUuid(random: Random): string {
  const digits = Math.floor(random.next() * 0xffffffffffff)
    .toString(16)
    .padStart(12, "0");
  return `00000000-0000-4000-9000-${digits}`;
}
