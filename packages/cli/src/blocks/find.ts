import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import {
  type BlockDocument,
  type BlockType,
  blockDocumentsOfType,
  filterBlockTypes,
  readBlockDocumentByName,
  readBlockTypeBySlug,
} from "@ostinato/protocol";
import { CliError, usageError } from "../errors.ts";
import { pageRows } from "../pages.ts";

export interface BlockName {
  readonly slug: string;
  readonly name: string;
}

/** Takes `type/name` apart. */
export function readBlockName(text: string): BlockName {
  const [slug, name, ...others] = text.split("/");
  if (slug && name && others.length === 0) return { slug, name };
  throw usageError(`${JSON.stringify(text)} doesn't name a block: write its type and its name, such as secret/main.`);
}

/** Finds a block by its type and name, without its secrets. */
export async function findBlock(client: Client, text: string): Promise<BlockDocument> {
  const { slug, name } = readBlockName(text);
  const params = { slug, block_document_name: name };
  try {
    return await client.call(readBlockDocumentByName, { params, query: {} });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  await findType(client, slug);
  const others = await client.call(blockDocumentsOfType, { params: { slug }, query: {} });
  const near = didYouMean(
    name,
    others.map((other) => other.name),
  );
  throw new CliError(`There is no block "${slug}/${name}".${near || ' "ostinato block ls" lists them.'}`);
}

export async function findType(client: Client, slug: string): Promise<BlockType> {
  try {
    return await client.call(readBlockTypeBySlug, { params: { slug } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const types = await client.call(filterBlockTypes, { body: { limit: pageRows } });
  const near = didYouMean(
    slug,
    types.map((type) => type.slug),
  );
  throw new CliError(
    `There is no block type ${JSON.stringify(slug)}.${near || ' "ostinato block type ls" lists them; a program registers one by saving a block of it.'}`,
  );
}
