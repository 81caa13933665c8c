import {
  countVariables,
  createVariable,
  deleteVariable,
  deleteVariableByName,
  filterVariables,
  readVariable,
  readVariableByName,
  updateVariable,
  updateVariableByName,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as variables from "./variables.service.ts";

export function variableRoutes(serve: Serve): void {
  serve(createVariable, ({ body, context }) => variables.create(context, body));
  serve(readVariable, ({ params, context }) => variables.read(context, { id: params.id }));
  serve(readVariableByName, ({ params, context }) => variables.read(context, { name: params.name }));
  serve(filterVariables, ({ body, context }) => variables.filter(context, body));
  serve(countVariables, ({ body, context }) => variables.count(context, body));
  serve(updateVariable, async ({ params, body, context }) => {
    await variables.update(context, { id: params.id }, body);
    return null;
  });
  serve(updateVariableByName, async ({ params, body, context }) => {
    await variables.update(context, { name: params.name }, body);
    return null;
  });
  serve(deleteVariable, async ({ params, context }) => {
    await variables.remove(context, { id: params.id });
    return null;
  });
  serve(deleteVariableByName, async ({ params, context }) => {
    await variables.remove(context, { name: params.name });
    return null;
  });
}
