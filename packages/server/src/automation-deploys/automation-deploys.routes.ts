import { filterAutomationDeploys, keepAutomationDeploy } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as deploys from "./automation-deploys.service.ts";

export function automationDeployRoutes(serve: Serve): void {
  serve(keepAutomationDeploy, async ({ params, body, context }) => {
    await deploys.keep(context, params.id, body);
    return null;
  });
  serve(filterAutomationDeploys, ({ body, context }) => deploys.filter(context, body));
}
