import type { Static } from "typebox";
import { Enum, Integer32, Nullable, Open, Tagged, Type, Uuid } from "./schema.ts";

/** Bounds on the trigger of an automation. */
export const triggerLimits = { nested: 8, triggers: 100, patterns: 500, labels: 100 } as const;

/** Seconds, or a duration as ISO 8601 or `HH:MM:SS`. */
export const DurationInput = Type.Union([Type.Number(), Type.String({ maxLength: 100 })]);

const Patterns = Type.Array(Type.String({ maxLength: 1024 }), { maxItems: triggerLimits.patterns });

/**
 * Labels of a resource with the values that they may have: a pattern or a list of them, of which one has to fit. `*` stands for any
 * characters, and `!` at the beginning turns a pattern round. A resource without the label does not fit.
 */
export const ResourceSpecification = Type.Record(Type.String(), Type.Union([Type.String(), Patterns]), {
  maxProperties: triggerLimits.labels,
});
export type ResourceSpecification = Readonly<Record<string, string | readonly string[]>>;

export const postures = ["Reactive", "Proactive"] as const;

/** Fires on the presence of events (Reactive), or on their absence (Proactive). */
const EventTriggerInput = Open({
  type: Type.Literal("event"),
  id: Type.Optional(Uuid),
  match: Type.Optional(ResourceSpecification),
  match_related: Type.Optional(
    Type.Union([ResourceSpecification, Type.Array(ResourceSpecification, { maxItems: triggerLimits.labels })]),
  ),
  after: Type.Optional(Patterns),
  expect: Type.Optional(Patterns),
  for_each: Type.Optional(Patterns),
  posture: Enum(postures),
  threshold: Type.Optional(Integer32()),
  within: Type.Optional(DurationInput),
});

export const metricNames = ["successes", "lateness", "duration"] as const;
export const metricOperators = ["<", "<=", ">", ">="] as const;

/** Fires when a figure of flow runs crosses a threshold, and resolves when it comes back. */
const MetricTriggerInput = Open({
  type: Type.Literal("metric"),
  id: Type.Optional(Uuid),
  match: Type.Optional(ResourceSpecification),
  match_related: Type.Optional(
    Type.Union([ResourceSpecification, Type.Array(ResourceSpecification, { maxItems: triggerLimits.labels })]),
  ),
  posture: Type.Optional(Type.Literal("Metric")),
  metric: Open({
    name: Enum(metricNames),
    threshold: Type.Number(),
    operator: Enum(metricOperators),
    range: Type.Optional(DurationInput),
    firing_for: Type.Optional(DurationInput),
  }),
});

/** A trigger inside another one, which the service checks in the same way. */
const NestedTrigger = Type.Unsafe<TriggerInput>({ type: "object" });

const composite = {
  id: Type.Optional(Uuid),
  triggers: Type.Array(NestedTrigger, { maxItems: triggerLimits.triggers }),
  within: Nullable(DurationInput),
};

/** Fires when so many of its triggers have fired within the time. */
const CompoundTriggerInput = Open({
  type: Type.Literal("compound"),
  ...composite,
  require: Type.Union([Integer32({ minimum: 1 }), Enum(["any", "all"] as const)]),
});

/** Fires when its triggers have fired within the time, in their order. */
const SequenceTriggerInput = Open({ type: Type.Literal("sequence"), ...composite });

export const TriggerInput = Tagged("type", [
  EventTriggerInput,
  MetricTriggerInput,
  CompoundTriggerInput,
  SequenceTriggerInput,
]);
export type TriggerInput = EventTriggerInput | MetricTriggerInput | CompoundTriggerInput | SequenceTriggerInput;
export type MetricTriggerInput = Static<typeof MetricTriggerInput>;
export type EventTriggerInput = Static<typeof EventTriggerInput>;
interface CompositeInput {
  readonly id?: string;
  readonly triggers: readonly TriggerInput[];
  readonly within: number | string | null;
}
export interface CompoundTriggerInput extends CompositeInput {
  readonly type: "compound";
  readonly require: number | "any" | "all";
}
export interface SequenceTriggerInput extends CompositeInput {
  readonly type: "sequence";
}

/** Durations are in seconds. */
export interface EventTrigger {
  readonly type: "event";
  readonly id: string;
  readonly match: ResourceSpecification;
  readonly match_related: ResourceSpecification | readonly ResourceSpecification[];
  readonly after: readonly string[];
  readonly expect: readonly string[];
  readonly for_each: readonly string[];
  readonly posture: (typeof postures)[number];
  readonly threshold: number;
  readonly within: number;
}

/** Durations are in seconds. */
export interface MetricTrigger {
  readonly type: "metric";
  readonly id: string;
  readonly match: ResourceSpecification;
  readonly match_related: ResourceSpecification | readonly ResourceSpecification[];
  readonly posture: "Metric";
  readonly metric: MetricQuery;
}

export interface MetricQuery {
  readonly name: (typeof metricNames)[number];
  readonly threshold: number;
  readonly operator: (typeof metricOperators)[number];
  /** The figure is of the runs in so many seconds before. */
  readonly range: number;
  /** For so long it has to be beyond the threshold, or back again. */
  readonly firing_for: number;
}

interface Composite {
  readonly id: string;
  readonly triggers: readonly Trigger[];
  /** Null where their firings may be any time apart. */
  readonly within: number | null;
}

export interface CompoundTrigger extends Composite {
  readonly type: "compound";
  readonly require: number | "any" | "all";
}

export interface SequenceTrigger extends Composite {
  readonly type: "sequence";
}

export type CompositeTrigger = CompoundTrigger | SequenceTrigger;
export type Trigger = EventTrigger | MetricTrigger | CompositeTrigger;
