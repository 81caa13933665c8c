import type { Static } from "typebox";
import { Event } from "../events.ts";
import { route } from "../route.ts";
import { Maybe, Moment, MomentInput, Nullable, Open, Type } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** Bounds on what the page of events asks. */
export const eventPageLimits = { types: 100, bars: 120, names: 500 } as const;

/** What the page of events shows. */
export const AskedEvents = Open({
  /** Names of events. One that ends with `.` stands for all names that begin with it. */
  types: Maybe(Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { maxItems: eventPageLimits.types })),
  /** The id of a resource that an event is about or names as related. */
  resource: Maybe(Type.String({ maxLength: 1024 })),
  since: Maybe(MomentInput),
  until: Maybe(MomentInput),
});
export type AskedEvents = Static<typeof AskedEvents>;

export const listEvents = route({
  method: "POST",
  path: "/ui/events/list",
  access: "read",
  summary: "Events for a page, the latest first",
  tag: pagesTag,
  body: Open({
    asked: AskedEvents,
    /** Words that the event has in its name, its resources or its payload. */
    text: Maybe(Type.String({ maxLength: 200 })),
    cursor: Maybe(Type.String({ maxLength: 2000 })),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 100 })),
  }),
  replies: {
    200: Open({
      events: Type.Array(Event),
      /** The cursor of the next page; null where no earlier event is kept. */
      next: Nullable(Type.String()),
      /** How far back this page has searched; null where it has searched everything. */
      searched_back_to: Nullable(Moment),
    }),
  },
});

export const countEventsOverTime = route({
  method: "POST",
  path: "/ui/events/counts",
  access: "read",
  summary: "How many events there are in each part of a time, and of which names",
  tag: pagesTag,
  body: Open({
    asked: AskedEvents,
    /** Where the bars begin, and where the last one ends. */
    edges: Type.Array(MomentInput, { minItems: 2, maxItems: eventPageLimits.bars + 1 }),
  }),
  replies: {
    200: Open({
      /** One for each bar. */
      counts: Type.Array(Type.Integer()),
      /** Counting a bar stops there; null where bars are counted to their ends. */
      max_count: Nullable(Type.Integer()),
      /** The names of events in this time, whatever types were asked for. Counting a name stops at `max_of_name`. */
      names: Type.Array(Open({ name: Type.String(), count: Type.Integer() })),
      max_of_name: Type.Integer(),
      /** Whether there are more names. */
      more_names: Type.Boolean(),
    }),
  },
});

export const readEventPage = route({
  method: "GET",
  path: "/ui/events/{id}",
  access: "read",
  summary: "An event, with the one that it follows, those that follow it, and what automations did because of it",
  tag: pagesTag,
  params: Open({ id: Type.String({ format: "uuid" }) }),
  replies: {
    200: Open({
      event: Event,
      follows: Nullable(Event),
      /** Events about one of the same resources that follow it, the earliest first. At most 20. */
      followed_by: Type.Array(Event),
      /** Firings of automations that it caused, and of a firing what became of its actions, the latest first. At most 20. */
      led_to: Type.Array(Event),
    }),
  },
});
