import {
  type EventTrigger,
  type EventTriggerInput,
  type MetricTrigger,
  type MetricTriggerInput,
  type ResourceSpecification,
  type Trigger,
  TriggerInput,
  triggerLimits,
} from "@ostinato/protocol";
import type { Problem } from "../kernel/errors.ts";
import { readAs } from "../kernel/validation.ts";
import { durationSeconds } from "../user-input/durations.rules.ts";
import { reportMisspelled } from "./misspelled.rules.ts";

/** Deadlines of absent events that are closer together would fire on the delay of a network. */
const minProactiveSeconds = 10;
/** As in Prefect. */
const minMetricSeconds = 300;
const maxSeconds = 100 * 366 * 86_400;

/** Collects what is wrong with an automation, with the place of each problem in the request. */
export type Report = (loc: readonly (string | number)[], reason: string, input?: unknown) => void;

export function reporter(problems: Problem[]): Report {
  return (loc, reason, input) =>
    problems.push({ type: "value_error", loc: ["body", ...loc], msg: `Value error, ${reason}`, input: input ?? null });
}

/**
 * The trigger with everything that it leaves to its defaults, and with new ids, as in Prefect: the ids of clients may be those of
 * another automation. Gives undefined where it can't be kept.
 */
export function completeTrigger(given: TriggerInput, problems: Problem[], newId: () => string): Trigger | undefined {
  const before = problems.length;
  const trigger = complete(given, { problems, newId, place: ["trigger"], nested: 0, counted: { triggers: 0 } });
  return problems.length === before ? trigger : undefined;
}

/** Whether two complete triggers take the same events in the same way, whatever their ids. */
export function isSameTrigger(one: Trigger, other: Trigger): boolean {
  return JSON.stringify(withoutIds(one)) === JSON.stringify(withoutIds(other));
}

function withoutIds({ id: _, ...trigger }: Trigger): object {
  return "triggers" in trigger ? { ...trigger, triggers: trigger.triggers.map(withoutIds) } : trigger;
}

interface Reading {
  readonly problems: Problem[];
  readonly newId: () => string;
  readonly place: readonly (string | number)[];
  readonly nested: number;
  readonly counted: { triggers: number };
}

function complete(given: TriggerInput, reading: Reading): Trigger {
  const { problems, newId, place, counted } = reading;
  const report = reporter(problems);
  counted.triggers += 1;
  if (counted.triggers === triggerLimits.triggers + 1) {
    report(place, `an automation has at most ${triggerLimits.triggers} triggers`);
  }
  reportMisspelled(given, place, report);
  if (given.type === "event") return completeEvent(given, { id: newId(), place, report });
  if (given.type === "metric") return completeMetric(given, { id: newId(), place, report });
  const triggers = given.triggers.flatMap((each, index) => nested(each, reading, index) ?? []);
  const within = given.within === null ? null : seconds(given.within, [...place, "within"], report);
  const shared = { id: newId(), triggers, within };
  if (given.triggers.length === 0) report([...place, "triggers"], `a ${given.type} needs at least one trigger`);
  if (given.type === "sequence") return { type: "sequence", ...shared };
  const { require } = given;
  if (typeof require === "number" && require > given.triggers.length) {
    report([...place, "require"], "require must be less than or equal to the number of triggers", require);
  }
  return { type: "compound", ...shared, require };
}

/** Its shape is checked here, since the schema of the request leaves it open. */
function nested(given: unknown, reading: Reading, index: number): Trigger | undefined {
  const { problems } = reading;
  const place = [...reading.place, "triggers", index];
  if (reading.nested === triggerLimits.nested) {
    reporter(problems)(place, `triggers nest at most ${triggerLimits.nested} deep`);
    return undefined;
  }
  const read = readAs(TriggerInput, given);
  if (read.problems.length > 0) {
    problems.push(
      ...read.problems.map(({ loc, ...problem }) => ({ ...problem, loc: ["body", ...place, ...loc.slice(1)] })),
    );
    return undefined;
  }
  return complete(read.value as TriggerInput, { ...reading, place, nested: reading.nested + 1 });
}

interface Known {
  readonly id: string;
  readonly place: readonly (string | number)[];
  readonly report: Report;
}

function completeEvent(given: EventTriggerInput, { id, place, report }: Known): EventTrigger {
  const { match = {}, match_related = {}, after = [], expect = [], for_each = [], posture, threshold = 1 } = given;
  const unique = (values: readonly string[]) => [...new Set(values)];
  if (threshold < 1) {
    const reason =
      posture === "Reactive"
        ? "a threshold under 1 is met before any event: give the number of events that fire the trigger"
        : "a threshold under 1 is always met, so the trigger could never fire: give the number of events that are expected";
    report([...place, "threshold"], reason, threshold);
  }
  return {
    type: "event",
    id,
    match: match as ResourceSpecification,
    match_related: match_related as EventTrigger["match_related"],
    after: unique(after),
    expect: unique(expect),
    for_each: unique(for_each),
    posture,
    threshold,
    within: windowSeconds(given, [...place, "within"], report),
  };
}

function completeMetric(given: MetricTriggerInput, { id, place, report }: Known): MetricTrigger {
  const { match = {}, match_related = {}, metric } = given;
  const { name, threshold, operator, range = minMetricSeconds, firing_for = minMetricSeconds } = metric;
  const atLeast = (field: string, duration: number | string) => {
    const found = seconds(duration, [...place, "metric", field], report);
    if (found < minMetricSeconds) {
      report([...place, "metric", field], `must be at least ${minMetricSeconds} seconds`, duration);
    }
    return found;
  };
  return {
    type: "metric",
    id,
    match: match as ResourceSpecification,
    match_related: match_related as MetricTrigger["match_related"],
    posture: "Metric",
    metric: {
      name,
      threshold,
      operator,
      range: atLeast("range", range),
      firing_for: atLeast("firing_for", firing_for),
    },
  };
}

function windowSeconds(
  { within = 0, posture }: EventTriggerInput,
  place: readonly (string | number)[],
  report: Report,
) {
  const window = seconds(within, place, report);
  if (posture === "Reactive") return window;
  if (window === 0) return minProactiveSeconds;
  if (window < minProactiveSeconds) {
    report(place, `\`within\` of a Proactive trigger must be at least ${minProactiveSeconds} seconds`, within);
  }
  return window;
}

/** Not negative, to the microsecond. */
export function seconds(given: number | string, place: readonly (string | number)[], report: Report): number {
  const found = typeof given === "number" ? given : (durationSeconds(given) ?? numberIn(given));
  if (found === undefined) {
    report(place, "is not a duration. Send seconds, a duration as ISO 8601 such as PT1H30M, or HH:MM:SS.", given);
    return 0;
  }
  if (found < 0) report(place, "must be 0 seconds or more", given);
  if (found > maxSeconds) report(place, "must be at most a century", given);
  return Math.round(found * 1_000_000) / 1_000_000;
}

function numberIn(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
