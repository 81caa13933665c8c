/**
 * Makes a client for the emulator that a variable names, if any. Google's clients would take the variable as the address of most requests but of
 * uploads, so that no value of it serves both; with an endpoint they go to the same place for both.
 */
export function withEmulator<T>(
  variable: "BIGQUERY_EMULATOR_HOST" | "STORAGE_EMULATOR_HOST",
  make: (endpoint: string | undefined) => T,
): T {
  const host = process.env[variable];
  if (!host) return make(undefined);
  delete process.env[variable];
  try {
    return make(originOf(host));
  } finally {
    process.env[variable] = host;
  }
}

/** Python's clients take `http://host:port`, some programs `host:port`, and others add a path such as `/storage/v1`. */
function originOf(host: string): string {
  return new URL(/^https?:\/\//.test(host) ? host : `http://${host}`).origin;
}
