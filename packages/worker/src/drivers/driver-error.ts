/** A driver cannot do what was asked. The message says what to do. */
export class DriverError extends Error {
  override readonly name = "DriverError";
}
