import { ApiError, type Client } from "@ostinato/client";
import {
  type BlockSchema,
  type BlockType,
  createBlockDocument,
  filterBlockSchemas,
  updateBlockDocument,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { readJsonObject } from "../json-option.ts";
import { say, sayJson } from "../output/output.ts";
import { findBlock, findType, readBlockName } from "./find.ts";

export interface CreateBlockOptions {
  readonly data: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function create(wanted: string, { data: text, overwrite = false, json }: CreateBlockOptions): Promise<void> {
  const { slug, name } = readBlockName(wanted);
  const data = readJsonObject("--data", text);
  return withServer(async ({ client }) => {
    const type = await findType(client, slug);
    const schema = await newestSchema(client, type);
    refuseUnknown(schema, slug, data);
    try {
      const ids = { block_type_id: type.id, block_schema_id: schema.id };
      await client.call(createBlockDocument, { body: { name, data, ...ids } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || !isTaken(error)) throw error;
      if (!overwrite) throw new CliError(`There is a block ${wanted} already. Add --overwrite to replace its values.`);
      const { id } = await findBlock(client, wanted);
      const body = { data, block_schema_id: schema.id, merge_existing_data: false };
      await client.call(updateBlockDocument, { params: { id }, body });
    }
    const saved = await findBlock(client, wanted);
    if (json) sayJson(saved);
    else say(`Saved ${wanted}  ${saved.id}`);
  });
}

function isTaken({ message }: ApiError): boolean {
  return message.includes("Block already exists");
}

async function newestSchema(client: Client, { id, slug }: BlockType): Promise<BlockSchema> {
  const block_schemas = { block_type_id: { any_: [id] } };
  const [newest] = await client.call(filterBlockSchemas, { body: { block_schemas, limit: 1 } });
  if (newest !== undefined) return newest;
  throw new CliError(`The block type ${slug} has no schema. A program registers one by saving a block of the type.`);
}

/** What Python refuses when it loads the block is better said now. */
function refuseUnknown({ fields }: BlockSchema, slug: string, data: Readonly<Record<string, unknown>>): void {
  const { properties = {}, required = [] } = fields as {
    readonly properties?: object;
    readonly required?: readonly string[];
  };
  const unknown = Object.keys(data).find((field) => !Object.hasOwn(properties, field));
  const known = Object.keys(properties).join(", ");
  if (unknown !== undefined)
    throw new CliError(`A block of the type ${slug} has no field "${unknown}". It has ${known}.`);
  const missing = required.find((field) => !Object.hasOwn(data, field));
  if (missing !== undefined) throw new CliError(`--data has no "${missing}", which a block of the type ${slug} needs.`);
}
