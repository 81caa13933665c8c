import * as blockSchemas from "../block-schemas/block-schemas.service.ts";
import * as blockTypes from "../block-types/block-types.service.ts";
import type { Context } from "../kernel/context.ts";
import type { Serve } from "../kernel/operation.ts";
import { unit } from "../kernel/unit.ts";
import type { SystemBlock } from "./system-block.ts";
import { systemBlocks } from "./system-blocks.ts";

export { blockMetadata } from "./system-blocks.ts";

/** Adds those of the server's own block types and schemas that are not there. What clients said of them since stays. */
export async function install(context: Context): Promise<void> {
  const slugs = systemBlocks.map(({ type }) => type.slug);
  const known = new Map((await blockTypes.rowsBySlugs(context.db.read, slugs)).map((row) => [row.slug, row.id]));
  for (const block of systemBlocks) {
    const id = known.get(block.type.slug);
    if (id === undefined || !(await hasSchema(context, block))) await installOne(context, block);
  }
}

async function hasSchema({ db }: Context, { schema }: SystemBlock): Promise<boolean> {
  return (await blockSchemas.findByChecksum(db.read, schema.checksum, schema.version)) !== undefined;
}

async function installOne(context: Context, { type, isProtected, schema }: SystemBlock): Promise<void> {
  await unit(context, async (unit) => {
    await blockTypes.add(unit, type, { isProtected });
    const { id } = await blockTypes.rowBySlug(unit.tx, type.slug);
    const { fields, version, capabilities } = schema;
    await blockSchemas.register(unit, { fields, version, capabilities, typeId: id, depth: 0 });
  });
}

/**
 * Operations on blocks, before the first of which the server's own types are installed: a server inside a program that asks for no
 * blocks does without.
 */
export function afterInstallation(serve: Serve): Serve {
  let installed: Promise<void> | undefined;
  return (contract, handler) =>
    serve(contract, async (operation) => {
      installed ??= install(operation.context);
      await installed.catch((error) => {
        installed = undefined;
        throw error;
      });
      return handler(operation);
    });
}
