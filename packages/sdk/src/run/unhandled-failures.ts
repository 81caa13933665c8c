/** Who answers for the failures of the runs in a scope. */
export interface Keeper {
  keepStray(error: Error): void;
}

const keepers = new WeakMap<Error, Keeper>();

/** Remembers where an error of a run belongs, in case it turns up as a rejection that nobody handles. */
export function rememberKeeper(error: Error, keeper: Keeper): void {
  keepers.set(error, keeper);
}

export function keeperOf(error: unknown): Keeper | undefined {
  return error instanceof Error ? keepers.get(error) : undefined;
}
