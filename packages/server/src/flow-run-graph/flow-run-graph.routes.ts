import { readFlowRunDependencies, readFlowRunGraph } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as graph from "./flow-run-graph.service.ts";

export function flowRunGraphRoutes(serve: Serve): void {
  serve(readFlowRunDependencies, ({ params, context }) => graph.readDependencies(context, params.id));
  serve(readFlowRunGraph, ({ params, query, context }) => graph.readGraph(context, params.id, query));
}
