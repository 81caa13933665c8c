import type { Duration } from "@ostinato/core";
import type { ParameterSchema, ParametersIn } from "../inputs/parameters.ts";

export interface PauseOptions<S extends ParameterSchema | undefined = undefined> {
  /** What the run waits for, in a few words. It stands above the form. */
  readonly title?: string;
  /** Markdown, shown above the fields of the form. */
  readonly description?: string;
  /** The shape of the answer: any Standard Schema (zod, valibot, arktype, …) or a TypeBox type. The form is made of it. */
  readonly input?: S;
  /** What the form begins with. A field with an initial value may be left as it is. */
  readonly initial?: InitialValues<S>;
  /** How long to wait for the answer. Without a limit by default. */
  readonly timeout?: Duration;
  /** Identifies the pause in its run, in place of its number. Needed where pauses do not come in the same order each time. */
  readonly key?: string;
}

/** The options of any pause, for code that does not care about the types of the answer. */
export interface AnyPauseOptions extends Omit<PauseOptions, "input" | "initial"> {
  readonly input?: ParameterSchema | undefined;
  readonly initial?: unknown;
}

type InitialValues<S> = S extends ParameterSchema
  ? ParametersIn<S> extends readonly unknown[]
    ? ParametersIn<S>
    : ParametersIn<S> extends object
      ? Partial<ParametersIn<S>>
      : ParametersIn<S>
  : never;
