import { keepParameterSchema, readParameterSchema } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as schemas from "./parameter-schemas.service.ts";

/** The parameter schemas of flows, which the SDK reports and forms are built from. */
export function parameterSchemaRoutes(serve: Serve): void {
  serve(keepParameterSchema, async ({ params, body, context }) => {
    await schemas.keep(context, params.id, body);
    return null;
  });
  serve(readParameterSchema, ({ params, context }) => schemas.read(context, params.id));
}
