/** Fails with the runs in it: a scope. */
export interface FailureOwner {
  keepUnhandled(error: Error): void;
}

const owners = new WeakMap<Error, FailureOwner>();

/** Remembers which scope an error of a run belongs to, in case it surfaces as an unhandled rejection. */
export function rememberOwner(error: Error, owner: FailureOwner): void {
  owners.set(error, owner);
}

export function ownerOf(error: unknown): FailureOwner | undefined {
  return error instanceof Error ? owners.get(error) : undefined;
}
