import {
  bulkDeleteFlows,
  countFlows,
  createFlow,
  deleteFlow,
  filterFlows,
  paginateFlows,
  readFlow,
  readFlowByName,
  updateFlow,
} from "@ostinato/protocol";
import { createdOr200, type Serve } from "../kernel/operation.ts";
import * as flows from "./flows.service.ts";

export function flowRoutes(serve: Serve): void {
  serve(createFlow, async ({ body, context }) => {
    const { flow, made } = await flows.create(context, body);
    return createdOr200(made, flow);
  });
  serve(readFlow, ({ params, context }) => flows.read(context, params.id));
  serve(readFlowByName, ({ params, context }) => flows.readByName(context, params.name));
  serve(updateFlow, async ({ params, body, context }) => {
    await flows.update(context, params.id, body);
    return null;
  });
  serve(deleteFlow, async ({ params, context }) => {
    await flows.remove(context, params.id);
    return null;
  });
  serve(countFlows, ({ body, context }) => flows.count(context, body));
  serve(filterFlows, ({ body, context }) => flows.filter(context, body));
  serve(paginateFlows, ({ body, context }) => flows.page(context, body));
  serve(bulkDeleteFlows, async ({ body, context }) => ({ deleted: await flows.removeMatching(context, body) }));
}
