/** A scope, which fails together with its runs. */
export interface FailureOwner {
  keepUnhandled(error: Error): void;
}

const owners = new WeakMap<Error, FailureOwner>();

/** Remembers the scope of an error, in case the error surfaces as an unhandled rejection. */
export function rememberOwner(error: Error, owner: FailureOwner): void {
  owners.set(error, owner);
}

export function ownerOf(error: unknown): FailureOwner | undefined {
  return error instanceof Error ? owners.get(error) : undefined;
}
