/** What a pull step could not do. The message says what to do about it, and holds no secrets. */
export class PullStepError extends Error {
  override readonly name = "PullStepError";
}
