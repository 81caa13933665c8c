import type { TaskRunView } from "../context.ts";
import type { Scope } from "../scope.ts";
import type { DefinitionIdentity } from "./definition-identity.ts";
import { digest } from "./digest.ts";
import { digestOf, type ValueDigest } from "./value-digest.ts";

interface Call {
  readonly definition: DefinitionIdentity;
  readonly scope: Scope;
  /** The task run that contains the call. */
  readonly parent: TaskRunView | undefined;
  /** The digest of the arguments. */
  readonly given: string;
}

/**
 * Identifies a call within its flow run by the task or flow, its source, the arguments, and the enclosing call. Calls that are equal in all
 * of these are distinguished by their order, because they are interchangeable.
 */
export function callIdentity({ definition, scope, parent, given }: Call): string {
  const caller = parent?.callIdentity ?? parent?.taskName ?? "";
  const identity = digest([definition.known("resume"), definition.source, caller, given].join("\n"));
  return `${identity}:${scope.count(`identity ${identity}`)}`;
}

/** The digests of a call's arguments at one moment. */
export class InputDigests {
  readonly #digests: readonly (readonly [name: string, digest: ValueDigest | undefined])[];
  /** Whether the arguments are immutable values. */
  readonly areFixed: boolean;

  constructor(inputs: ReadonlyMap<string, unknown>) {
    // An omitted argument counts as undefined.
    const given = [...inputs].filter(([, value]) => value !== undefined);
    this.areFixed = given.every(([, value]) => typeof value !== "object" || value === null);
    this.#digests = given.map(([name, value]) => [name, digestOf(value)]);
  }

  /** One digest for all arguments except the given ones. Undefined where an argument cannot be compared. */
  together(without: ReadonlySet<string> = nothing): ValueDigest | undefined {
    const parts: string[] = [];
    let secret = false;
    for (const [name, value] of this.#digests) {
      if (without.has(name)) continue;
      if (value === undefined) return undefined;
      secret ||= value.secret;
      parts.push(`${name}=${value.text}`);
    }
    return { text: digest(parts.sort().join("\n")), secret };
  }
}

const nothing: ReadonlySet<string> = new Set();
