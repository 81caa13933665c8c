import { type Duration, durationSeconds, typeOfName } from "@ostinato/core";
import type { EventTriggerInput, MetricTriggerInput, ResourceSpecification, TriggerInput } from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import {
  aDuration,
  aName,
  anything,
  checkOptions,
  either,
  listOf,
  type Rule,
  type Rules,
  shown,
  strings,
} from "../run/option-checks.ts";
import type { NamedFlow } from "./named-flow.ts";
import type { LabelPatterns, NamedState, When } from "./when.ts";

/** The trigger as the API has it, with everything that it leaves to its defaults, so that it can be compared with a kept one. */
export function wireTrigger(what: string, when: When): TriggerInput {
  const kind = kindOf(what, when);
  checkOptions(what, when, { ...kind.rules, ...kind.names });
  return kind.make(what, when as never);
}

/** The server's bound on how long something has to be missing. */
const minMissingSeconds = 10;

interface Kind {
  /** The option by which it is recognized. */
  readonly by: string;
  readonly rules: Rules;
  readonly names?: Rules;
  make(what: string, when: never): TriggerInput;
}

const stateForm = 'the name of a state, "Failed", or a name of your own, { name: "Lost" }';
const aState: Rule = (value) => {
  const isKnown = typeof value === "string" && typeOfName(value) !== undefined;
  return isKnown || hasName(value) ? undefined : stateForm;
};
const states = either(aState, listOf(aState, `${stateForm}, or a list of them`));
const names = either(aName, listOf(aName, 'the name of an event, "order.paid", or a list of them'));
const aCount: Rule = (value) =>
  Number.isInteger(value) && (value as number) >= 1 ? undefined : "a whole number, 1 or more";
const aWindow: Rule = (value) =>
  aDuration(value) ??
  (durationSeconds(value as Duration) >= minMissingSeconds ? undefined : `at least ${minMissingSeconds} seconds`);
/** The server's bound on the times of metrics, and their default. */
const minMetricSeconds = 300;
const aMeasuredTime: Rule = (value) =>
  aDuration(value) ?? (durationSeconds(value as Duration) >= minMetricSeconds ? undefined : "at least 5 minutes");
const aThreshold: Rule = (value) =>
  typeof value === "number" && Number.isFinite(value) ? undefined : aDuration(value);
const aSpecification: Rule = (value) =>
  typeof value === "string" || (typeof value === "object" && value !== null && !Array.isArray(value))
    ? undefined
    : 'an id, "model/*", or labels, { "prefect.resource.id": "model/*" }';
const specifications = either(aSpecification, listOf(aSpecification, "an id, labels, or a list of them"));
const aFlow: Rule = (value) =>
  typeof nameOf(value as NamedFlow) === "string" ? undefined : 'a flow, or the name of one, "train"';
const triggers: Rule = (value) =>
  Array.isArray(value) && value.length > 0 ? undefined : "a list of at least one trigger";

const counting: Rules = { times: aCount, within: aDuration, forEach: strings };
const missing: Rules = { times: aCount, within: aWindow, forEach: strings };
const runs: Rules = { flow: aFlow, deployment: aName, tag: aName };
const events: Rules = { resource: aSpecification, related: specifications, after: names };

const kinds: readonly Kind[] = [
  {
    by: "metric",
    rules: {
      metric: (value) => (metricNames.includes(value as MetricName) ? undefined : metricNames.join(", ")),
      ...runs,
      below: aThreshold,
      atMost: aThreshold,
      above: aThreshold,
      atLeast: aThreshold,
      over: aMeasuredTime,
      lasting: aMeasuredTime,
    },
    make: metricTrigger,
  },
  {
    by: "state",
    rules: { state: states, ...runs, ...counting },
    make: (_, when: RunStateOptions) => runTrigger(when, when.state),
  },
  {
    by: "noState",
    rules: { noState: states, after: states, ...runs, ...missing },
    make: (what, when: RunStateOptions) => ({
      ...runTrigger(when, when.noState),
      posture: "Proactive",
      ...needsWindow(what, when),
      after: runEvents(when.after),
      for_each: [...(when.forEach ?? (when.after === undefined ? [] : [idLabel]))],
    }),
  },
  {
    by: "event",
    rules: { event: names, ...events, ...counting },
    make: (_, when: EventOptions) => eventTrigger(when, when.event),
  },
  {
    by: "noEvent",
    rules: { noEvent: names, ...events, ...missing },
    make: (what, when: EventOptions) => ({
      ...eventTrigger(when, when.noEvent),
      posture: "Proactive",
      ...needsWindow(what, when),
    }),
  },
  {
    by: "workPool",
    rules: {
      workPool: aName,
      status: (value) => (poolStates.includes(value as string) ? undefined : poolStates.join(", ")),
      ...counting,
    },
    make: (_, when: CountingOptions & { readonly workPool: string; readonly status: string }) => ({
      ...counted(when),
      expect: [`prefect.work-pool.${when.status}`],
      match: { "prefect.resource.name": when.workPool },
    }),
  },
  {
    by: "all",
    rules: { all: triggers, within: aDuration },
    make: (what, when: Several) => compound(what, when, "all", when.all),
  },
  {
    by: "any",
    rules: { any: triggers, within: aDuration },
    make: (what, when: Several) => compound(what, when, "any", when.any),
  },
  {
    by: "atLeast",
    rules: { atLeast: aCount, of: triggers, within: aDuration },
    make: (what, when: Several & { readonly atLeast: number }) => compound(what, when, when.atLeast, when.of),
  },
  {
    by: "sequence",
    rules: { sequence: triggers, within: aDuration },
    make: (what, when: Several) => ({ type: "sequence", ...nested(`${what}.sequence`, when, when.sequence) }),
  },
  {
    by: "trigger",
    rules: { trigger: anything },
    make: (_, { trigger }: { readonly trigger: TriggerInput }) => completed(trigger),
  },
];

const poolStates: readonly string[] = ["ready", "not-ready", "paused"];

function kindOf(what: string, when: unknown): Kind {
  const found = typeof when === "object" && when !== null ? kinds.find(({ by }) => by in when) : undefined;
  if (found !== undefined) return found;
  const known = kinds.map(({ by }) => by).join(", ");
  throw new UsageError(
    `${what} is ${shown(when)}; give { flow: train, state: "Failed" } or another trigger: one of ${known}`,
  );
}

interface CountingOptions {
  readonly times?: number;
  readonly within?: Duration;
  readonly forEach?: readonly string[];
}

type States = NamedState | readonly NamedState[];

interface RunStateOptions extends CountingOptions {
  readonly flow?: NamedFlow | string;
  readonly deployment?: string;
  readonly tag?: string;
  readonly state?: States;
  readonly noState?: States;
  readonly after?: States;
}

type Specification = string | LabelPatterns;

interface EventOptions extends CountingOptions {
  readonly event?: string | readonly string[];
  readonly noEvent?: string | readonly string[];
  readonly resource?: Specification;
  readonly related?: Specification | readonly Specification[];
  readonly after?: string | readonly string[];
}

interface Several {
  readonly within?: Duration;
  readonly all?: readonly When[];
  readonly any?: readonly When[];
  readonly of?: readonly When[];
  readonly sequence?: readonly When[];
}

const idLabel = "prefect.resource.id";
const nameLabel = "prefect.resource.name";
const roleLabel = "prefect.resource.role";

function counted({ times = 1, within = 0, forEach = [] }: CountingOptions) {
  return {
    type: "event",
    posture: "Reactive",
    match: {},
    match_related: {},
    after: [],
    expect: [],
    for_each: [...new Set(forEach)],
    threshold: times,
    within: durationSeconds(within),
  } as const satisfies EventTriggerInput;
}

function runTrigger(options: RunStateOptions, states: States | undefined): EventTriggerInput {
  return {
    ...counted(options),
    match_related: relatedOf(runResources(options)),
    expect: runEvents(states),
  };
}

function runEvents(states: States | undefined): string[] {
  return listed(states).map((state) => `prefect.flow-run.${typeof state === "string" ? state : state.name}`);
}

function hasName(value: unknown): boolean {
  return typeof value === "object" && value !== null && "name" in value && aName(value.name) === undefined;
}

/** By name, so that an automation may be there before its flow and its deployment. */
function runResources({ flow, deployment, tag }: RunStateOptions): ResourceSpecification[] {
  const of = (role: string, name: string) => ({ [roleLabel]: role, [nameLabel]: name });
  const slash = deployment?.indexOf("/") ?? -1;
  return [
    ...(flow === undefined ? [] : [of("flow", nameOf(flow) ?? "")]),
    ...(deployment === undefined || slash < 1 ? [] : [of("flow", deployment.slice(0, slash))]),
    ...(deployment === undefined ? [] : [of("deployment", deployment.slice(slash + 1))]),
    ...(tag === undefined ? [] : [{ [roleLabel]: "tag", [idLabel]: `prefect.tag.${tag}` }]),
  ];
}

type MetricName = MetricTriggerInput["metric"]["name"];
const metricNames: readonly MetricName[] = ["successes", "duration", "lateness"];

const comparisons = { below: "<", atMost: "<=", above: ">", atLeast: ">=" } as const;
type Comparison = keyof typeof comparisons;

interface MetricOptions extends RunStateOptions, Readonly<Partial<Record<Comparison, Duration>>> {
  readonly metric: MetricName;
  readonly over?: Duration;
  readonly lasting?: Duration;
}

function metricTrigger(what: string, when: MetricOptions): MetricTriggerInput {
  const { metric: name, over = minMetricSeconds, lasting = minMetricSeconds } = when;
  const [comparison, ...others] = (Object.keys(comparisons) as Comparison[]).filter((each) => when[each] !== undefined);
  const value = comparison === undefined ? undefined : when[comparison];
  if (comparison === undefined || value === undefined || others.length > 0) {
    throw new UsageError(`${what} needs one value to compare with: below, atMost, above or atLeast`);
  }
  if (name === "successes" && typeof value !== "number") {
    throw new UsageError(`${what}.${comparison} is ${shown(value)}; give a part of the runs, 0.9, or percent, 90`);
  }
  return {
    ...measured,
    match_related: relatedOf(runResources(when)),
    metric: {
      name,
      operator: comparisons[comparison],
      threshold: durationSeconds(value),
      range: durationSeconds(over),
      firing_for: durationSeconds(lasting),
    },
  };
}

const measured = { type: "metric", posture: "Metric", match: {}, match_related: {} } as const;

function eventTrigger(options: EventOptions, events: string | readonly string[] | undefined): EventTriggerInput {
  return {
    ...counted(options),
    match: options.resource === undefined ? {} : specification(options.resource),
    match_related: relatedOf(listed(options.related).map(specification)),
    after: [...new Set(listed(options.after))],
    expect: [...new Set(listed(events))],
  };
}

/** What the trigger leaves to its defaults, where it is of a type that is known here. The server checks the rest. */
function completed(trigger: TriggerInput): TriggerInput {
  if (trigger.type === "compound" || trigger.type === "sequence") {
    return Array.isArray(trigger.triggers) ? { ...trigger, triggers: trigger.triggers.map(completed) } : trigger;
  }
  if (trigger.type === "metric") {
    const metric = { range: minMetricSeconds, firing_for: minMetricSeconds, ...trigger.metric };
    return { ...measured, ...trigger, metric };
  }
  if (trigger.type !== "event") return trigger;
  const within = trigger.posture === "Proactive" ? minMissingSeconds : 0;
  const given = Object.entries(trigger).filter(([, value]) => value !== undefined && value !== null);
  return { ...counted({ within }), ...Object.fromEntries(given) } as TriggerInput;
}

function relatedOf(specifications: readonly ResourceSpecification[]): NonNullable<EventTriggerInput["match_related"]> {
  const [first, ...more] = specifications.map((each) => ({ ...each }) as Record<string, string | string[]>);
  if (first === undefined) return {};
  return more.length === 0 ? first : [first, ...more];
}

function specification(given: Specification): Record<string, string | string[]> {
  if (typeof given === "string") return { [idLabel]: given };
  return Object.fromEntries(
    Object.entries(given).map(([label, value]) => [label, typeof value === "string" ? value : [...value]]),
  );
}

function needsWindow(what: string, { within }: CountingOptions): { readonly within: number } {
  if (within !== undefined) return { within: durationSeconds(within) };
  throw new UsageError(`${what} needs the time in which nothing comes: within: "1h"`);
}

function compound(
  what: string,
  when: Several,
  require: number | "any" | "all",
  list: readonly When[] = [],
): TriggerInput {
  if (typeof require === "number" && require > list.length) {
    throw new UsageError(`${what}: atLeast is ${require}; give at most ${list.length}, the number of its triggers`);
  }
  return {
    type: "compound",
    require,
    ...nested(typeof require === "number" ? `${what}.of` : `${what}.${require}`, when, list),
  };
}

function nested(what: string, { within }: Several, list: readonly When[] = []) {
  return {
    triggers: list.map((each, index) => wireTrigger(`${what}[${index}]`, each)),
    within: within === undefined ? null : durationSeconds(within),
  };
}

/** The name of a flow, or the name that is given; undefined for anything else. */
function nameOf(flow: NamedFlow | string): string | undefined {
  if (typeof flow === "string") return flow === "" ? undefined : flow;
  return typeof flow === "function" && "fn" in flow ? (flow as NamedFlow).name : undefined;
}

function listed<T extends string | LabelPatterns>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}
