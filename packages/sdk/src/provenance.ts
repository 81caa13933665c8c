const made = new WeakMap<object, string>();

/** Remembers that the task run made the object, so that passing it on is known as a dependency. */
export function remember(value: unknown, taskRunId: string): void {
  if (typeof value === "object" && value !== null) made.set(value, taskRunId);
}

export function producerOf(value: object): string | undefined {
  return made.get(value);
}
