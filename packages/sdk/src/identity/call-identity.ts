import type { TaskRunView } from "../context.ts";
import type { Scope } from "../scope.ts";
import type { DefinitionIdentity } from "./definition-identity.ts";
import { digest } from "./digest.ts";
import { digestOf, type ValueDigest } from "./value-digest.ts";

interface Call {
  readonly definition: DefinitionIdentity;
  readonly scope: Scope;
  /** The task run in which it is. */
  readonly parent: TaskRunView | undefined;
  /** The digest of what it is given. */
  readonly given: string;
}

/**
 * Names a call among those of its flow run: by the task or flow, its source, what it is given, and the call in which it is.
 * Calls that are equal in all of this are told apart by their order: any of them might as well be any other.
 */
export function callIdentity({ definition, scope, parent, given }: Call): string {
  const caller = parent?.callIdentity ?? parent?.taskName ?? "";
  const identity = digest([definition.known("resume"), definition.source, caller, given].join("\n"));
  return `${identity}:${scope.count(`identity ${identity}`)}`;
}

/** The arguments of a call as they are at one moment, each by its digest. */
export class InputDigests {
  readonly #digests: readonly (readonly [name: string, digest: ValueDigest | undefined])[];
  /** Whether the arguments are values that nobody can change. */
  readonly areFixed: boolean;

  constructor(inputs: ReadonlyMap<string, unknown>) {
    // An argument that is left out is undefined.
    const given = [...inputs].filter(([, value]) => value !== undefined);
    this.areFixed = given.every(([, value]) => typeof value !== "object" || value === null);
    this.#digests = given.map(([name, value]) => [name, digestOf(value)]);
  }

  /** One digest for all of them, but those left out. Undefined where one cannot be compared. */
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
