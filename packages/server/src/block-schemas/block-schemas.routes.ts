import {
  createBlockSchema,
  deleteBlockSchema,
  filterBlockSchemas,
  readBlockCapabilities,
  readBlockSchema,
  readBlockSchemaByChecksum,
} from "@ostinato/protocol";
import { createdOr200, type Serve } from "../kernel/operation.ts";
import * as blockSchemas from "./block-schemas.service.ts";

export function blockSchemaRoutes(serve: Serve): void {
  serve(createBlockSchema, async ({ body, context }) => {
    const { schema, made } = await blockSchemas.create(context, body);
    return createdOr200(made, schema);
  });
  serve(readBlockSchema, ({ params, context }) => blockSchemas.read(context, params.id));
  serve(readBlockSchemaByChecksum, ({ params, query, context }) =>
    blockSchemas.readByChecksum(context, params.checksum, query.version),
  );
  serve(filterBlockSchemas, ({ body, context }) => blockSchemas.filter(context, body));
  serve(deleteBlockSchema, async ({ params, context }) => {
    await blockSchemas.remove(context, params.id);
    return null;
  });
  serve(readBlockCapabilities, ({ context }) => blockSchemas.capabilities(context));
}
