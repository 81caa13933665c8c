import type { Session } from "../session/session.ts";

/** For so long a program trusts that tags have no limits, so that tasks with tags cost no request each. */
const trustedSeconds = 10;

/** Tags may be made of data: beyond this number the answers are forgotten. */
const maxRemembered = 10_000;

/** The server takes no more names in a request, so that the tags of a task beyond it limit nothing. */
const maxNames = 500;

const known = new WeakMap<Session, TagLimits>();

/** What a program knows of the limits of tags. */
export function tagLimitsOf(session: Session): TagLimits {
  let limits = known.get(session);
  if (limits === undefined) {
    limits = new TagLimits(session);
    known.set(session, limits);
  }
  return limits;
}

interface Answer {
  readonly isThere: boolean;
  /** By the session's clock. */
  readonly trustedUntil: number;
}

/** Told of the limits that a request found, or of nothing where they have no free slot. */
type OnAnswer = (limits?: readonly { readonly name: string }[]) => void;

export class TagLimits {
  readonly #session: Session;
  /** The last answer of the server, by the name of the limit. */
  readonly #answers = new Map<string, Answer>();
  /** The first requests for names of which nothing is known. */
  readonly #asked = new Map<string, Promise<void>>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether a task with these tags has to ask for slots. */
  mayLimit(tags: readonly string[]): boolean {
    return tags.some((tag) => !this.#isWithout(limitOfTag(tag)));
  }

  /**
   * Asks for slots of the limits that may be there, and remembers which are. Tasks that begin together wait for the first answer, so that not all
   * of them ask. Undefined where there is nothing to ask for.
   */
  async ask<T>(tags: readonly string[], send: (names: readonly string[], onAnswer: OnAnswer) => Promise<T>) {
    const all = [...new Set(tags.map(limitOfTag))].slice(0, maxNames);
    const pending = all.flatMap((name) => this.#asked.get(name) ?? []);
    if (pending.length > 0) await Promise.all(pending);
    const names = all.filter((name) => !this.#isWithout(name));
    if (names.length === 0) return undefined;
    const first = names.filter((name) => this.#answers.get(name)?.isThere !== true);
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const name of first) this.#asked.set(name, promise);
    const onAnswer: OnAnswer = (limits) => {
      if (limits !== undefined) this.#remember(names, limits);
      for (const name of first) if (this.#asked.get(name) === promise) this.#asked.delete(name);
      resolve();
    };
    try {
      return await send(names, onAnswer);
    } finally {
      onAnswer();
    }
  }

  #remember(names: readonly string[], limits: readonly { readonly name: string }[]): void {
    const there = new Set(limits.map(({ name }) => name));
    if (this.#answers.size + names.length > maxRemembered) this.#answers.clear();
    const trustedUntil = this.#session.clock.elapsed() + trustedSeconds;
    for (const name of names) this.#answers.set(name, { isThere: there.has(name), trustedUntil });
  }

  #isWithout(name: string): boolean {
    const answer = this.#answers.get(name);
    return answer !== undefined && !answer.isThere && this.#session.clock.elapsed() < answer.trustedUntil;
  }
}

/** The name of the limit. */
export function limitOfTag(tag: string): string {
  return `tag:${tag}`;
}
