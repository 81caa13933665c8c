import type { Client } from "@ostinato/client";
import { usageError } from "../errors.ts";
import { type ParameterSchema, type Parameters, propertiesOf } from "../run/parameters.ts";
import { findBlock } from "./find.ts";

/** The parameters with a reference for each block that is given by its name, or by its type and name. */
export async function withNamedBlocks(
  client: Client,
  parameters: Parameters,
  schema: ParameterSchema,
): Promise<Parameters> {
  const entries = Object.entries(parameters).map(async ([name, value]) => {
    const slugs = typeof value === "string" ? blockTypesOf(schema, propertiesOf(schema)?.[name]) : [];
    if (slugs.length === 0) return [name, value] as const;
    const { id } = await findBlock(client, fullName(String(value), { name, slugs }));
    return [name, { $ref: { block_document_id: id } }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function fullName(text: string, { name, slugs }: { readonly name: string; readonly slugs: readonly string[] }): string {
  if (text.includes("/")) return text;
  if (slugs.length === 1) return `${slugs[0]}/${text}`;
  throw usageError(
    `The parameter ${name} takes blocks of several types: write one of them before the name, such as ${slugs[0]}/${text}.`,
  );
}

/** The slugs of the block types that a parameter takes; none where it is not a block. */
function blockTypesOf(schema: ParameterSchema, property: unknown): readonly string[] {
  const { $ref, anyOf = [] } = Object(property) as { readonly $ref?: unknown; readonly anyOf?: readonly unknown[] };
  if (typeof $ref !== "string") return anyOf.flatMap((choice) => blockTypesOf(schema, choice));
  const { definitions = {} } = (schema ?? {}) as { readonly definitions?: Readonly<Record<string, unknown>> };
  const { block_type_slug: slug } = Object(definitions[$ref.split("/").at(-1) ?? ""]) as {
    readonly block_type_slug?: unknown;
  };
  return typeof slug === "string" ? [slug] : [];
}
