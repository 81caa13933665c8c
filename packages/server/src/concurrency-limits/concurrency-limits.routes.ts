import {
  createConcurrencyLimit,
  decrementSlots,
  decrementTags,
  deleteConcurrencyLimit,
  deleteTagLimit,
  deleteTagLimitByTag,
  filterConcurrencyLimits,
  filterTagLimits,
  giveSlotsBack,
  incrementSlots,
  incrementTags,
  putTagLimit,
  readConcurrencyLimit,
  readTagLimit,
  readTagLimitByTag,
  renewLease,
  resetTagLimit,
  slotWaking,
  takeSlots,
  updateConcurrencyLimit,
} from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { createdOr200, type Serve } from "../kernel/operation.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import * as limits from "./limit-changes.service.ts";
import { createSlotWaking } from "./slot-waking.service.ts";
import * as tags from "./tag-limits.service.ts";
import * as taking from "./taking.service.ts";

/** A few thousand ids of waiters. */
const maxMessageBytes = 256 * 1024;

export function slotWakingRoutes(serveSocket: ServeSocket, context: Context): void {
  serveSocket(slotWaking, createSlotWaking(context), { maxMessageBytes });
}

export function concurrencyLimitRoutes(serve: Serve): void {
  serve(takeSlots, ({ body, context }) => taking.takeSlots(context, body));
  serve(giveSlotsBack, async ({ body, context }) => {
    await taking.giveSlotsBack(context, body.lease_id);
    return null;
  });
  serve(renewLease, async ({ params, body, context }) => {
    await taking.renewLease(context, params.id, body?.lease_duration);
    return null;
  });
  serve(incrementSlots, ({ body, context }) => taking.takeByName(context, body));
  serve(decrementSlots, ({ body, context }) => taking.giveBackByName(context, body.names, body.slots));
  serve(createConcurrencyLimit, ({ body, context }) => limits.create(context, body));
  serve(readConcurrencyLimit, ({ params, context }) => limits.read(context, params.id_or_name));
  serve(filterConcurrencyLimits, ({ body, context }) => limits.list(context, body));
  serve(updateConcurrencyLimit, async ({ params, body, context }) => {
    await limits.update(context, params.id_or_name, body);
    return null;
  });
  serve(deleteConcurrencyLimit, async ({ params, context }) => {
    await limits.remove(context, params.id_or_name);
    return null;
  });
  tagLimitRoutes(serve);
}

/** The first version of the API, which knows limits by the tags of tasks. */
function tagLimitRoutes(serve: Serve): void {
  serve(putTagLimit, async ({ body, context }) => {
    const { limit, made } = await tags.put(context, body);
    return createdOr200(made, limit);
  });
  serve(readTagLimit, ({ params, context }) => tags.read(context, params.id));
  serve(readTagLimitByTag, ({ params, context }) => tags.readByTag(context, params.tag));
  serve(filterTagLimits, ({ body, context }) => tags.list(context, body));
  serve(resetTagLimit, async ({ params, body, context }) => {
    await tags.reset(context, params.tag, body?.slot_override ?? []);
    return null;
  });
  serve(deleteTagLimit, async ({ params, context }) => {
    await tags.remove(context, params.id);
    return null;
  });
  serve(deleteTagLimitByTag, async ({ params, context }) => {
    await tags.removeByTag(context, params.tag);
    return null;
  });
  serve(incrementTags, ({ body, context }) => tags.increment(context, body));
  serve(decrementTags, ({ body, context }) => tags.decrement(context, body));
}
