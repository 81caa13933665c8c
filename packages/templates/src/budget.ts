import { TemplateRenderError } from "./errors.ts";

export interface TemplateLimits {
  /** Expressions and statements that are evaluated, and values that are looked at. */
  readonly maxSteps: number;
  /** Characters and items of everything that is made on the way, the output included. */
  readonly maxMade: number;
  /** Macros and loops that call each other. */
  readonly maxCalls: number;
}

export const defaultLimits: TemplateLimits = { maxSteps: 200_000, maxMade: 2_000_000, maxCalls: 40 };

/**
 * What a template may still use. It counts steps and not seconds, so that a slow machine gives the same answer; each operation pays
 * before it makes something, so that nothing large is ever there.
 */
export class Budget {
  readonly #limits: TemplateLimits;
  #steps = 0;
  #made = 0;
  #calls = 0;

  constructor(limits: TemplateLimits) {
    this.#limits = limits;
  }

  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#limits.maxSteps) {
      throw new TemplateRenderError(`the template takes more than ${this.#limits.maxSteps} steps`);
    }
  }

  make(size: number): void {
    this.#made += size;
    if (!(this.#made <= this.#limits.maxMade)) {
      throw new TemplateRenderError(`the template makes more than ${this.#limits.maxMade} characters`);
    }
  }

  within<T>(call: () => T): T {
    this.#calls += 1;
    if (this.#calls > this.#limits.maxCalls) {
      throw new TemplateRenderError(`macros and loops call each other more than ${this.#limits.maxCalls} deep`);
    }
    const value = call();
    this.#calls -= 1;
    return value;
  }
}
