import { countEventsOverTime, listEvents, readEventPage } from "@ostinato/protocol";
import type { Serve } from "../../kernel/operation.ts";
import * as events from "./event-list.service.ts";

export function eventPageRoutes(serve: Serve): void {
  serve(listEvents, ({ body, context }) => events.list(context, body));
  serve(countEventsOverTime, ({ body, context }) => events.counts(context, body));
  serve(readEventPage, ({ params, context }) => events.page(context, params.id));
}
