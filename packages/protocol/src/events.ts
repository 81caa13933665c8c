import type { Static } from "typebox";
import { EventFilter } from "./filters.ts";
import { eventLimits } from "./limits.ts";
import { route } from "./route.ts";
import {
  Enum,
  Indexed,
  Integer32,
  JsonObject,
  Maybe,
  Moment,
  MomentInput,
  None,
  Nullable,
  Open,
  Seconds,
  StateTypeName,
  Tags,
  Type,
  Uuid,
} from "./schema.ts";

/** Labels of the subject of an event; `prefect.resource.id` names it. All values are strings. */
export const Resource = Type.Record(Type.String(), Type.String());
export type Resource = Static<typeof Resource>;

const EventName = Indexed(Type.String({ maxLength: eventLimits.nameCharacters }));

export const EventCreate = Open({
  occurred: MomentInput,
  event: EventName,
  resource: Resource,
  related: Type.Optional(Type.Array(Resource)),
  payload: Type.Optional(JsonObject),
  id: Uuid,
  follows: Maybe(Uuid),
});
export type EventCreate = Static<typeof EventCreate>;

export const Event = Open({
  occurred: Moment,
  event: Type.String(),
  resource: Resource,
  related: Type.Array(Resource),
  payload: JsonObject,
  id: Uuid,
  follows: Nullable(Uuid),
  received: Moment,
});
export type Event = Static<typeof Event>;

/** The message on `/events/in` about a refused event. Prefect's servers do not send it. */
export interface RefusedEvent {
  readonly type: "refused";
  /** The client's own id; null if it gave none. */
  readonly id: string | null;
  /** The problem with its place: `payload.validated_state.type: …`. */
  readonly problem: string;
  /** Present if the event was kept without the faulty part. */
  readonly kept?: true;
}

/**
 * The payload of `prefect.task-run.<state>` from the client that runs the task: the state, and the task run in that state. The
 * event's id and time become those of the state. Our own clients add `ostinato`: `TaskRunValues`. Values that are only shown are
 * taken unchecked: an odd label must not cost a state.
 */
export const TaskRunEventPayload = Open({
  validated_state: Open({
    type: StateTypeName,
    name: Maybe(Type.String()),
    message: Maybe(Type.String()),
    state_details: Maybe(JsonObject),
    data: Type.Optional(Type.Unknown()),
  }),
  task_run: Open({
    name: Maybe(Type.String()),
    task_key: Type.String(),
    dynamic_key: Type.String(),
    cache_key: Maybe(Type.String()),
    cache_expiration: Maybe(MomentInput),
    task_version: Maybe(Type.String()),
    empirical_policy: Maybe(JsonObject),
    tags: Maybe(Tags),
    labels: Maybe(JsonObject),
    task_inputs: Maybe(JsonObject),
    run_count: Maybe(Integer32()),
    flow_run_run_count: Maybe(Integer32()),
    expected_start_time: Maybe(MomentInput),
    next_scheduled_start_time: Maybe(MomentInput),
    start_time: Maybe(MomentInput),
    end_time: Maybe(MomentInput),
    total_run_time: Maybe(Seconds()),
  }),
});
export type TaskRunEventPayload = Static<typeof TaskRunEventPayload>;

/** `next_page` is an absolute address, or null on the last page. */
export const EventPage = Open({
  events: Type.Array(Event),
  total: Type.Integer(),
  next_page: Nullable(Type.String()),
});
export type EventPage = Static<typeof EventPage>;

export const EventCount = Open({
  value: Type.String(),
  label: Type.String(),
  count: Type.Integer(),
  start_time: Moment,
  end_time: Moment,
});

export const eventCountables = ["day", "time", "event", "resource"] as const;
export const eventTimeUnits = ["week", "day", "hour", "minute", "second"] as const;
const tag = "Events";

export const createEvents = route({
  method: "POST",
  path: "/events",
  access: "run",
  summary: "Keep events; those of task runs move the task runs",
  tag,
  body: Type.Array(EventCreate),
  bodyLimit: 64 * 1024 * 1024,
  replies: { 204: None },
});

export const filterEvents = route({
  method: "POST",
  path: "/events/filter",
  access: "read",
  summary: "Find events",
  tag,
  body: Open({ filter: Maybe(EventFilter), limit: Maybe(Type.Integer({ minimum: 0, maximum: 50 })) }),
  bodyOptional: true,
  replies: { 200: EventPage },
});

export const nextEvents = route({
  method: "GET",
  path: "/events/filter/next",
  access: "read",
  summary: "The next page of events",
  tag,
  query: Open({ "page-token": Type.String() }),
  replies: { 200: EventPage },
});

export const countEvents = route({
  method: "POST",
  path: "/events/count-by/{countable}",
  access: "read",
  summary: "Count events by day, time, name or resource",
  tag,
  params: Open({ countable: Enum(eventCountables) }),
  body: Open({
    filter: EventFilter,
    time_unit: Maybe(Enum(eventTimeUnits)),
    time_interval: Maybe(Type.Number({ minimum: 0.01, maximum: 10_000 })),
  }),
  replies: { 200: Type.Array(EventCount) },
});
