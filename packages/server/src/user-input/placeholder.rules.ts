import { pythonForm } from "@ostinato/core";

/**
 * What stands in an input where its value is not known: a template that is rendered later, or a recipe that can't be followed. No type and
 * no bound is asked of it.
 */
export class Placeholder {
  /** The keyword of the violation that a wrong recipe is. */
  static readonly keyword = "_placeholders";
  /** The reason why the recipe can't be followed; undefined where its value is only not known yet. */
  readonly problem: string | undefined;

  /** What the reasons of Python's `jsonschema` say instead of the value. */
  readonly [pythonForm] = "<not known yet>";

  constructor(problem?: string) {
    this.problem = problem;
  }
}
