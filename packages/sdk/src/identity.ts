import { hash } from "node:crypto";
import { digestOf, type ValueDigest } from "./value-digest.ts";

/** A short name for a text that no other text has. */
export function digest(text: string): string {
  return hash("sha256", text, "base64url");
}

/**
 * Names a call by what is called and what it is given: equal by value, equal name. Undefined where a value cannot be compared,
 * so that no two calls can be told to be the same.
 */
export function callIdentity(key: string, given: unknown): string | undefined {
  const value = digestOf(given);
  return value === undefined ? undefined : digest(`${key}\n${value.text}`);
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
