import type { Random } from "../chaos/random.ts";
import { type Difference, differences } from "./comparison.ts";
import { type Grammar, type Making, nowhere, type Operation } from "./grammar.ts";
import { type KnownDifference, knownAs } from "./known-differences.ts";
import { oddly } from "./oddities.ts";
import { fromDocument, type OpenApiDocument } from "./openapi-bodies.ts";
import { Pairing } from "./pairing.ts";
import { type Answer, type Draft, needsOf, type Step, type Subject, send } from "./request.ts";

/** The compared servers: Prefect's, and Ostinato's on each database. */
export interface Servers {
  readonly prefect: Subject;
  readonly ours: readonly Subject[];
  readonly document: OpenApiDocument;
  readonly begun: number;
}

/** A difference with its place in the sequence. */
export interface Finding {
  readonly subject: string;
  readonly step: Step;
  readonly difference: Difference;
  readonly known: KnownDifference | undefined;
  readonly theirs: Answer;
  readonly ours: Answer;
  /** All requests up to this one. */
  readonly steps: readonly Step[];
}

/** An object whose id an answer gave. */
interface Made {
  readonly kind: string;
  readonly number: number;
}

/** The state of one sequence of requests while it is played. */
export class Sequence {
  readonly #servers: Servers;
  readonly #grammars: readonly Grammar[];
  readonly #answers: Map<string, Map<number, Answer>>;
  readonly #pairings: ReadonlyMap<string, Pairing>;
  readonly #made: Made[] = [];
  /** The objects of each server, even those that others lack. */
  readonly #madeBy = new Map<string, Made[]>();
  readonly #steps: Step[] = [];
  #texts = "";

  constructor(servers: Servers, grammars: readonly Grammar[]) {
    this.#servers = servers;
    this.#grammars = grammars;
    this.#answers = new Map([servers.prefect, ...servers.ours].map(({ name }) => [name, new Map()]));
    this.#pairings = new Map(servers.ours.map(({ name }) => [name, new Pairing()]));
  }

  /** Makes up the next request. */
  next(random: Random, words: () => string): Step {
    const making: Making = {
      random,
      word: words,
      maybe: (make) => (random.next() < 0.5 ? make() : undefined),
      some: (kind) => this.#some(random, kind),
    };
    const possible = this.#grammars
      .flatMap((grammar) => grammar.operations.map((operation) => ({ grammar, operation })))
      .filter(({ operation: { needs = [] } }) => needs.every((kind) => this.#made.some((made) => made.kind === kind)));
    const { grammar, operation } = weighted(random, possible);
    const number = this.#steps.length + 1;
    const { documented = [] } = grammar;
    const chance = random.next();
    if (chance < 0.15 && documented.length > 0) {
      const draft = fromDocument(this.#servers.document, random.pick(documented), making);
      return { ...draft, number, operation: `${draft.method} from the document` };
    }
    const draft = operation.make(making);
    const odd = chance > 0.8 && draft.method !== "GET";
    return odd
      ? { ...clean(oddly(random, draft)), number, operation: `${operation.name}, oddly` }
      : { ...clean(draft), number, operation: operation.name };
  }

  /** Whether the request ends the sequence. */
  endsWith({ operation }: Step): boolean {
    const name = operation.replace(/, oddly$/, "");
    return this.#grammars.some(({ operations }) => operations.some((each) => each.name === name && each.ends === true));
  }

  /** Sends the request to all servers, and returns the differences of their answers. */
  async play(step: Step): Promise<readonly Finding[]> {
    this.#steps.push(step);
    this.#texts += JSON.stringify(step);
    const { prefect, ours } = this.#servers;
    const [theirs, ...answers] = await Promise.all([prefect, ...ours].map((subject) => this.#ask(subject, step)));
    if (theirs === undefined) throw new Error("there is no answer of Prefect's server");
    const made = this.#madeIn(step, theirs);
    if (made !== undefined && answers.every((answer) => this.#madeIn(step, answer))) this.#made.push(made);
    return ours.flatMap(({ name }, index) => this.#compare(name, step, theirs, answers[index] ?? theirs));
  }

  /** Removes the created objects, so that the next sequence starts with empty servers. */
  async clear(): Promise<void> {
    const { prefect, ours } = this.#servers;
    await Promise.all([prefect, ...ours].map((subject) => this.#clear(subject)));
  }

  async #clear(subject: Subject): Promise<void> {
    const paths = new Map(this.#grammars.flatMap(({ removal = {} }) => Object.entries(removal)));
    for (const { kind, number } of this.#madeBy.get(subject.name)?.toReversed() ?? []) {
      const path = paths.get(kind)?.replace("{id}", `{#${number}}`);
      if (path !== undefined) await send(subject, { method: "DELETE", path }, this.#of(subject));
    }
    for (const { leftovers } of this.#grammars) {
      if (leftovers === undefined) continue;
      const { body } = await send(subject, { method: "POST", path: leftovers.list, body: {} }, this.#of(subject));
      for (const { id } of body as readonly { readonly id: string }[]) {
        await send(subject, { method: "DELETE", path: leftovers.removal.replace("{id}", id) }, this.#of(subject));
      }
    }
  }

  async #ask(subject: Subject, step: Step): Promise<Answer> {
    const answer = await send(subject, step, this.#of(subject));
    this.#of(subject).set(step.number, answer);
    const made = this.#madeIn(step, answer);
    if (made !== undefined) this.#madeBy.set(subject.name, [...(this.#madeBy.get(subject.name) ?? []), made]);
    return answer;
  }

  #of({ name }: Subject): Map<number, Answer> {
    return this.#answers.get(name) ?? new Map();
  }

  #compare(subject: string, step: Step, theirs: Answer, ours: Answer): readonly Finding[] {
    const pairing = this.#pairings.get(subject) ?? new Pairing();
    const { sort } = isObject(step.body) ? step.body : {};
    const ground = {
      pairing,
      begun: this.#servers.begun,
      sort: typeof sort === "string" ? sort : undefined,
      wasSent: (text: string) => this.#texts.includes(text),
    };
    return differences(theirs, ours, ground).map((difference) => ({
      subject,
      step,
      difference,
      known: knownAs({ step, difference, theirs, ours }),
      theirs,
      ours,
      steps: [...this.#steps],
    }));
  }

  #madeIn({ number, method, path }: Step, { status, body }: Answer): Made | undefined {
    if (status >= 300 || !isObject(body) || typeof body.id !== "string") return undefined;
    const kind = this.#kindGivenBy(method, path);
    return kind === undefined ? undefined : { kind, number };
  }

  /** Looks in the grammars for a creating operation with the same method and path. */
  #kindGivenBy(method: string, path: string): string | undefined {
    return this.#grammars
      .flatMap(({ makes = {} }) => Object.entries(makes))
      .find(([route]) => route === `${method} ${path}`)?.[1];
  }

  #some(random: Random, kind: string): string {
    const made = this.#made.filter((each) => each.kind === kind);
    if (made.length === 0 || random.next() < 0.04) return nowhere;
    return `{#${random.pick(made).number}}`;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The last request, and those of the others without which it cannot be sent. */
export function without(steps: readonly Step[], number: number): readonly Step[] {
  const gone = new Set([number]);
  return steps.filter((step) => {
    if (needsOf(step).some((needed) => gone.has(needed))) gone.add(step.number);
    return !gone.has(step.number);
  });
}

function weighted(
  random: Random,
  possible: readonly { readonly grammar: Grammar; readonly operation: Operation }[],
): { readonly grammar: Grammar; readonly operation: Operation } {
  const total = possible.reduce((sum, { operation: { weight = 1 } }) => sum + weight, 0);
  let left = random.next() * total;
  for (const each of possible) {
    left -= each.operation.weight ?? 1;
    if (left < 0) return each;
  }
  throw new Error("no operation is possible");
}

/** Drops the fields that a grammar left undefined, as JSON does. */
function clean(draft: Draft): Draft {
  return draft.body === undefined ? draft : { ...draft, body: JSON.parse(JSON.stringify(draft.body)) };
}
