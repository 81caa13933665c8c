/** Which task run made an object, and what it looked like when it was written down. */
export interface Provenance {
  readonly taskRunId: string;
  /** Of the written result, where it is large: a stand-in for it where arguments are compared. */
  readonly digest: string | undefined;
}

const made = new WeakMap<object, Provenance>();

/** Remembers that the task run made the object, so that passing it on is known as a dependency. */
export function remember(value: unknown, provenance: Provenance): void {
  if (typeof value === "object" && value !== null) made.set(value, provenance);
}

export function producerOf(value: object): string | undefined {
  return made.get(value)?.taskRunId;
}

export function digestOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? made.get(value)?.digest : undefined;
}
