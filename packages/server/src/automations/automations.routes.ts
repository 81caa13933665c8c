import {
  automationsRelatedTo,
  changeAutomation,
  countAutomations,
  createAutomation,
  deleteAutomation,
  deleteAutomationsOwnedBy,
  filterAutomations,
  readAutomation,
  replaceAutomation,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as automations from "./automations.service.ts";

export function automationRoutes(serve: Serve): void {
  serve(createAutomation, ({ body, context }) => automations.create(context, body));
  serve(readAutomation, ({ params, context }) => automations.read(context, params.id));
  serve(filterAutomations, ({ body, context }) => automations.filter(context, body));
  serve(countAutomations, ({ body, context }) => automations.count(context, body));
  serve(automationsRelatedTo, ({ params, query, context }) =>
    automations.relatedTo(context, params.resource_id, { owned: query.owned === true }),
  );
  serve(replaceAutomation, async ({ params, body, context }) => {
    await automations.replace(context, params.id, body);
    return null;
  });
  serve(changeAutomation, async ({ params, body, context }) => {
    await automations.change(context, params.id, body);
    return null;
  });
  serve(deleteAutomation, async ({ params, context }) => {
    await automations.remove(context, params.id);
    return null;
  });
  serve(deleteAutomationsOwnedBy, async ({ params, context }) => {
    await automations.removeOwnedBy(context, params.resource_id);
    return null;
  });
}
