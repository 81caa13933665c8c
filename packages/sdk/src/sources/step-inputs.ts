import { didYouMean } from "@ostinato/core";
import type { References } from "@ostinato/job-templates";
import { PullStepError } from "./pull-step-error.ts";

/** What a step works with. */
export interface StepContext {
  /** The folder that earlier steps have set. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal | undefined;
  /** The blocks and variables of the server. */
  readonly references: References;
}

export interface StepOutput {
  /** Where the code is, from the folder of the step. Later steps name it: `{{ directory }}`, `{{ id.directory }}`. */
  readonly directory?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  /** The folder of the steps that follow. */
  readonly workingDirectory?: string;
}

export type StepFunction = (inputs: StepInputs, context: StepContext) => Promise<StepOutput>;

/** The inputs of a step, each read by its kind. An empty text and null count as not given. */
export interface StepInputs {
  text(name: string): string | undefined;
  requiredText(name: string): string;
  flag(name: string, otherwise: boolean): boolean;
  texts(name: string): readonly string[];
  record(name: string): Readonly<Record<string, unknown>> | undefined;
  /** Throws for an input that none of the methods above was asked for. */
  refuseOthers(): void;
}

export function stepInputs(given: Readonly<Record<string, unknown>>): StepInputs {
  const read = new Set<string>();

  function take(name: string): unknown {
    read.add(name);
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return value === null || value === "" ? undefined : value;
  }

  function text(name: string): string | undefined {
    const value = take(name);
    if (value === undefined || typeof value === "string") return value;
    // YAML reads a branch `1.10`, or a commit of nothing but digits, as a number.
    if (typeof value === "number") return String(value);
    throw wrong(name, value, "a string");
  }

  return {
    text,
    requiredText(name) {
      const value = text(name);
      if (value === undefined) throw new PullStepError(`it needs "${name}".`);
      return value;
    },
    flag(name, otherwise) {
      const value = take(name) ?? otherwise;
      if (typeof value === "boolean") return value;
      throw wrong(name, value, "true or false");
    },
    texts(name) {
      const value = take(name) ?? [];
      if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
      throw wrong(name, value, "a list of strings");
    },
    record(name) {
      const value = take(name);
      if (value === undefined) return undefined;
      if (typeof value === "object" && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
      throw wrong(name, value, "an object");
    },
    refuseOthers() {
      const other = Object.keys(given).find((name) => !read.has(name));
      if (other === undefined) return;
      const suggestion = didYouMean(other, read) || ` It takes: ${[...read].join(", ")}.`;
      throw new PullStepError(`it has no input "${other}".${suggestion}`);
    },
  };
}

/** The value itself may be a secret, so only its kind is told. */
function wrong(name: string, value: unknown, wanted: string): PullStepError {
  const kind = Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
  return new PullStepError(`"${name}" is ${kind}; give ${wanted}.`);
}
