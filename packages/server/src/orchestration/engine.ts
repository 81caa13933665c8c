import type { OrchestrationResult } from "@ostinato/protocol";
import type { Arrival, Consequences, Decision, EffectOf, Rule, RuleSet, Transition } from "./rule.ts";
import { type Proposal, type RunState, withDetails } from "./state.ts";

export type LoadFact<Facts> = <Name extends keyof Facts>(name: Name) => Promise<Facts[Name]>;

/** Applies a new state to the run once the rules have accepted it: its times, its counts, the details. */
type Transform<Run> = (transition: Transition<Run>) => { readonly run: Run; readonly written: RunState };

export interface Orchestration<Run, Facts, Effect> {
  readonly ruleSet: RuleSet<Run, Facts, Effect>;
  readonly transform: Transform<Run>;
  readonly load: LoadFact<Facts>;
}

export interface Outcome<Run, Effect> extends Verdict {
  /** The run as it is to be kept. */
  readonly run: Run;
  /** The state to write; null when the run stays in the one that it is in. */
  readonly written: RunState | null;
  readonly effects: readonly Effect[];
}

interface Verdict {
  readonly status: OrchestrationResult["status"];
  readonly details: OrchestrationResult["details"];
}

/**
 * Decides a transition. The rules are asked in order; one that replaces or rejects the proposal ends this, and all consequences
 * of earlier rules are dropped. Nothing is written here.
 */
export async function orchestrate<Run extends object, Facts extends object, Effect>(
  { ruleSet, transform, load }: Orchestration<Run, Facts, Effect>,
  transition: Transition<Run>,
): Promise<Outcome<Run, Effect>> {
  const facts = factsOnDemand(load);
  const { verdict, proposed, before, after } = await ask(ruleSet.rules, transition, facts);
  if (proposed === null) return { ...verdict, run: transition.run, written: null, effects: [] };
  const { run, written } = transform({ ...transition, run: { ...transition.run, ...before }, proposed });
  const effects: Effect[] = [];
  const status = verdict.status === "REJECT" ? "REJECT" : "ACCEPT";
  let arrival: Arrival<Run> = { run, written, initial: transition.initial, status };
  const follow = ({ run, effects: more = [] }: Consequences<Run, Effect>) => {
    arrival = { ...arrival, run: { ...arrival.run, ...run } };
    effects.push(...more);
  };
  for (const step of after) follow(step(arrival));
  const from = transition.initial?.type ?? null;
  for (const follower of ruleSet.followers) {
    if (!follower.from.includes(from) || !follower.to.includes(written.type)) continue;
    if (follower.when?.(arrival) === false) continue;
    follow(follower.follow(arrival, await facts(follower.needs)));
  }
  return { ...verdict, run: arrival.run, written, effects };
}

/** The handler of each kind of effect, which runs in the unit of work of the state. */
export type EffectHandlers<Effects, Move> = {
  readonly [K in keyof Effects]: (move: Move, effect: EffectOf<Effects, K>) => Promise<void>;
};

/** Carries out the effects of a move, in their order. */
export async function carryOut<Effects, Move>(
  effects: readonly EffectOf<Effects>[],
  move: Move,
  handlers: EffectHandlers<Effects, Move>,
): Promise<void> {
  for (const effect of effects) await handle(effect, move, handlers);
}

function handle<Effects, Move, K extends keyof Effects>(
  effect: EffectOf<Effects, K>,
  move: Move,
  handlers: EffectHandlers<Effects, Move>,
): Promise<void> {
  return handlers[effect.kind](move, effect);
}

type After<Run, Effect> = (arrival: Arrival<Run>) => Consequences<Run, Effect>;

interface Asked<Run, Effect> {
  readonly verdict: Verdict;
  readonly proposed: Proposal | null;
  readonly before: Partial<Run>;
  readonly after: readonly After<Run, Effect>[];
}

async function ask<Run extends object, Facts extends object, Effect>(
  rules: readonly Rule<Run, Facts, Effect, keyof Facts>[],
  transition: Transition<Run>,
  facts: FactsOnDemand<Facts>,
): Promise<Asked<Run, Effect>> {
  const from = transition.initial?.type ?? null;
  const to = transition.proposed.type;
  const after: After<Run, Effect>[] = [];
  let before: Partial<Run> = {};
  let { proposed } = transition;
  for (const rule of rules) {
    if (!rule.from.includes(from) || !rule.to.includes(to)) continue;
    const asked = { ...transition, run: { ...transition.run, ...before }, proposed };
    if (rule.when?.(asked) === false) continue;
    const decision = rule.decide(asked, await facts(rule.needs));
    if (decision.kind !== "accept") return ended(decision, transition.proposed);
    proposed = decision.proposed ?? proposed;
    before = { ...before, ...decision.before };
    if (decision.after !== undefined) after.push(decision.after);
  }
  return { verdict: { status: "ACCEPT", details: { type: "accept_details" } }, proposed, before, after };
}

function ended<Run, Effect>(
  decision: Exclude<Decision<Run, Effect>, { kind: "accept" }>,
  { details }: Proposal,
): Asked<Run, Effect> {
  switch (decision.kind) {
    case "reject": {
      const { state, reason, before = {} } = decision;
      const verdict = { status: "REJECT", details: { type: "reject_details", reason } } as const;
      // A state that replaces the proposed one also gets the id of the proposal, so that it answers a repeated proposal.
      const { transition_id = null } = details;
      const proposed = state === null || transition_id === null ? state : withDetails(state, { transition_id });
      return { verdict, proposed, before, after: [] };
    }
    case "wait": {
      const { delaySeconds: delay_seconds, reason } = decision;
      const verdict = { status: "WAIT", details: { type: "wait_details", delay_seconds, reason } } as const;
      return { verdict, proposed: null, before: {}, after: [] };
    }
    case "abort": {
      const verdict = { status: "ABORT", details: { type: "abort_details", reason: decision.reason } } as const;
      return { verdict, proposed: null, before: {}, after: [] };
    }
    default:
      throw new Error(`No such decision: ${JSON.stringify(decision satisfies never)}`);
  }
}

type FactsOnDemand<Facts> = (names: readonly (keyof Facts)[] | undefined) => Promise<Facts>;

/** Loads each fact once, when it is first needed. */
function factsOnDemand<Facts extends object>(load: LoadFact<Facts>): FactsOnDemand<Facts> {
  const known = {} as Facts;
  return async (names = []) => {
    for (const name of names) if (!(name in known)) known[name] = await load(name);
    return known;
  };
}
