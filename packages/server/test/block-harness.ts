import type { BlockDocument, BlockSchema, BlockType } from "@ostinato/protocol";
import type { TestServer } from "./harness.ts";

export interface RegisteredBlock {
  readonly type: BlockType;
  readonly schema: BlockSchema;
  /** Saves a document; gives it as it comes back. */
  save(name: string, data: Readonly<Record<string, unknown>>): Promise<BlockDocument>;
}

export interface BlockToRegister {
  readonly slug: string;
  readonly secretFields?: readonly string[];
  readonly capabilities?: readonly string[];
  readonly version?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Registers a type with a schema that takes any data. */
export async function registerBlock(
  server: TestServer,
  { slug, secretFields = [], capabilities = [], version, fields = {} }: BlockToRegister,
): Promise<RegisteredBlock> {
  const { body: type } = await server.call<BlockType>("POST", "/block_types/", { name: `Type ${slug}`, slug });
  const { body: schema } = await server.call<BlockSchema>("POST", "/block_schemas/", {
    block_type_id: type.id,
    capabilities,
    ...(version === undefined ? {} : { version }),
    fields: {
      title: slug,
      type: "object",
      block_type_slug: slug,
      properties: {},
      secret_fields: secretFields,
      block_schema_references: {},
      ...fields,
    },
  });
  return {
    type,
    schema,
    async save(name, data) {
      const { status, body } = await server.call<BlockDocument>("POST", "/block_documents/", {
        name,
        data,
        block_type_id: type.id,
        block_schema_id: schema.id,
      });
      if (status !== 201) throw new Error(`The document was answered with ${status}: ${JSON.stringify(body)}`);
      return body;
    },
  };
}

/** The reference by which a document nests another one. */
export function nested({ id }: Pick<BlockDocument, "id">) {
  return { $ref: { block_document_id: id } };
}
