import {
  type BlockType,
  countBlockDocuments,
  deleteBlockType,
  filterBlockSchemas,
  filterBlockTypes,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayFields, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { oneLine, paint } from "../output/text.ts";
import { readPages } from "../pages.ts";
import { findType } from "./find.ts";

interface Json {
  readonly json?: boolean;
}

export function listTypes({ limit, json }: Json & { readonly limit: number }): Promise<void> {
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, (page) => client.call(filterBlockTypes, { body: page }));
    if (json) sayJson(rows);
    else sayTable(rows, columns, "There are no block types.");
  });
}

const columns: readonly Column<BlockType>[] = [
  { title: "TYPE", value: ({ slug }) => slug },
  { title: "NAME", value: ({ name }) => name },
  { title: "DESCRIPTION", value: ({ description }) => oneLine(description ?? ""), flexible: true },
];

export function inspectType(slug: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const type = await findType(client, slug);
    const block_schemas = { block_type_id: { any_: [type.id] } };
    const [schema] = await client.call(filterBlockSchemas, { body: { block_schemas, limit: 1 } });
    if (json) return sayJson({ ...type, block_schema: schema ?? null });
    sayFields([
      ["Type", `${paint("bold", oneLine(type.slug))}  ${type.id}`],
      ["Name", type.name],
      ["Description", type.description],
      ["Protected", type.is_protected ? "yes: it comes with the server" : "no"],
      ["Fields", schema === undefined ? "no schema is registered" : fieldsText(schema.fields)],
      ["Checksum", schema?.checksum ?? null],
    ]);
  });
}

/** `url (required, secret), method`. */
function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  const {
    properties,
    required = [],
    secret_fields: secrets = [],
  } = fields as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly required?: readonly string[];
    readonly secret_fields?: readonly string[];
  };
  const texts = Object.keys(properties ?? {}).map((field) => {
    const isSecret = secrets.some((path) => path === field || path.startsWith(`${field}.`));
    const marks = [required.includes(field) ? "required" : "", isSecret ? "secret" : ""].filter(Boolean);
    return marks.length === 0 ? field : `${field} (${marks.join(", ")})`;
  });
  return texts.join(", ");
}

export function removeType(slug: string, { yes, json }: Json & { readonly yes?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const type = await findType(client, slug);
    const criteria = { block_types: { slug: { any_: [slug] } }, block_documents: { is_anonymous: null } };
    const count = await client.call(countBlockDocuments, { body: criteria });
    const question = `The block type ${slug} will be deleted with its schemas and ${count} blocks.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    await client.call(deleteBlockType, { params: { id: type.id } });
    if (json) sayJson({ deleted: slug, blocks: count });
    else say(`Deleted: ${slug}`);
  });
}
