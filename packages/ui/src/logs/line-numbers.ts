import type { Log } from "../api/types.ts";

/**
 * The numbers of lines in the whole log, of which a filter shows some: only the server knows them. Where every line is shown they follow
 * from the positions.
 */
export class LineNumbers {
  readonly #isWhole: boolean;
  readonly #numbers = new Map<string, number>();
  /** Lines whose numbers have been asked for, each once. */
  readonly #asked = new Set<string>();
  #changes = 0;

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  at(position: number, log: Log | undefined): number | undefined {
    if (this.#isWhole) return position + 1;
    return log === undefined ? undefined : this.#numbers.get(log.id);
  }

  /** Whether the number of a line is still to be asked for; it counts as asked from now on. */
  ask(log: Log): boolean {
    if (this.#isWhole || this.#numbers.has(log.id) || this.#asked.has(log.id)) return false;
    this.#asked.add(log.id);
    return true;
  }

  /** Returns whether the number is new; one that is undefined is to be asked for again. */
  keep(log: Log, number: number | undefined): boolean {
    if (number === undefined) this.#asked.delete(log.id);
    if (number === undefined || this.#numbers.get(log.id) === number) return false;
    this.#numbers.set(log.id, number);
    return true;
  }

  forget(log: Log | undefined): void {
    if (this.#isWhole || log === undefined) return;
    this.#changes += 1;
    this.#numbers.delete(log.id);
    this.#asked.delete(log.id);
  }

  forgetAll(): void {
    if (this.#isWhole) return;
    this.#changes += 1;
    this.#numbers.clear();
    this.#asked.clear();
  }

  /** Whether numbers that were asked for now are still right when the answer comes. */
  now(): () => boolean {
    const asked = this.#changes;
    return () => asked === this.#changes;
  }
}
