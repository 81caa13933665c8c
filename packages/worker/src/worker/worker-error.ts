/** The worker cannot start or go on as it was asked to. The message says what to do. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
}
