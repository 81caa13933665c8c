import { listAutomations, readAutomationChoices, readAutomationPage } from "@ostinato/protocol";
import type { Serve } from "../../kernel/operation.ts";
import * as pages from "./automation-pages.service.ts";

export function automationPageRoutes(serve: Serve): void {
  serve(listAutomations, ({ body, context }) => pages.list(context, body));
  serve(readAutomationChoices, ({ context }) => pages.choices(context));
  serve(readAutomationPage, ({ params, context }) => pages.page(context, params.id));
}
