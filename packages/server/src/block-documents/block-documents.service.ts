import { randomUUID } from "node:crypto";
import type {
  BlockDocument,
  BlockDocumentCreate,
  BodyOf,
  countBlockDocuments,
  filterBlockDocuments,
  LiveKept,
} from "@ostinato/protocol";
import * as blockTypes from "../block-types/block-types.service.ts";
import type { Reader } from "../db/dialect.ts";
import { authorize } from "../kernel/actor.ts";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import * as queries from "./block-documents.queries.ts";
import { presented } from "./reading.service.ts";

/** Reading secrets takes the access of programs that run flows. */
function checkAccess({ actor }: Context, withSecrets: boolean): void {
  if (withSecrets) authorize(actor, "run");
}

export async function read(context: Context, id: string, withSecrets: boolean): Promise<BlockDocument> {
  checkAccess(context, withSecrets);
  const row = await queries.blockDocumentById(context.db.read, id);
  return one(context, row, withSecrets);
}

export async function readByName(
  context: Context,
  { slug, name }: { readonly slug: string; readonly name: string },
  withSecrets: boolean,
): Promise<BlockDocument> {
  checkAccess(context, withSecrets);
  return one(context, await queries.blockDocumentByName(context.db.read, { slug, name }), withSecrets);
}

async function one(
  context: Context,
  row: queries.BlockDocumentRow | undefined,
  withSecrets: boolean,
): Promise<BlockDocument> {
  const [document] = row === undefined ? [] : await presented(context, [row], { reader: context.db.read, withSecrets });
  if (document === undefined) throw absent("Block document");
  return document;
}

export async function filter(context: Context, body: BodyOf<typeof filterBlockDocuments>): Promise<BlockDocument[]> {
  const { sort, limit, offset, include_secrets, ...criteria } = body;
  return found(
    context,
    { criteria, sort: sort ?? "NAME_ASC", limit: readLimit(limit), offset: offset ?? 0 },
    include_secrets ?? false,
  );
}

/** All documents of the type that have a name. */
export async function ofType(context: Context, slug: string, withSecrets: boolean): Promise<BlockDocument[]> {
  const { id } = await blockTypes.rowBySlug(context.db.read, slug);
  const criteria = { block_documents: { block_type_id: { any_: [id] } } };
  return found(context, { criteria, sort: "NAME_ASC", limit: undefined, offset: 0 }, withSecrets);
}

async function found(
  context: Context,
  query: queries.BlockDocumentQuery,
  withSecrets: boolean,
): Promise<BlockDocument[]> {
  checkAccess(context, withSecrets);
  const rows = await queries.findBlockDocuments(context.db.read, query);
  return presented(context, rows, { reader: context.db.read, withSecrets });
}

export function count({ db }: Context, criteria: BodyOf<typeof countBlockDocuments>): Promise<number> {
  return queries.countBlockDocuments(db.read, criteria);
}

/** The rows of the live feed. */
export function readMany({ db }: Context, ids: readonly string[]): Promise<LiveKept[]> {
  return queries.namesOfBlockDocuments(db.read, ids);
}

export async function hasBlockDocument(reader: Reader, id: string): Promise<boolean> {
  return (await queries.blockDocumentById(reader, id)) !== undefined;
}

/** The name of a document that was given none, because nobody looks for it by name. */
export function anonymousName({ name, is_anonymous }: BlockDocumentCreate): string | undefined {
  if (name !== undefined && name !== null && name !== "") return name;
  return is_anonymous === true ? `anonymous-${randomUUID()}` : undefined;
}
