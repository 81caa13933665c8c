const mark: unique symbol = Symbol.for("ostinato.secret") as never;

/** The text shown in place of a secret. */
export const secretMask = "********";

/** A value that is never written down: not kept, not previewed, not logged. Two copies of the package know each other's. */
export interface SecretLike {
  readonly [mark]: true;
}

export const secretMark: typeof mark = mark;

export function isSecret(value: unknown): value is SecretLike {
  return typeof value === "object" && value !== null && mark in value;
}
