import { readKeptParameters } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as keptParameters from "./kept-parameters.service.ts";

export function keptParametersRoutes(serve: Serve): void {
  serve(readKeptParameters, ({ params, context }) => keptParameters.readParameters(context, params.id));
}
