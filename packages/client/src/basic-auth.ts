/** The header with the credentials for a server that asks for `user:password`, encoded as UTF-8. */
export function authHeaders(auth: string | undefined): Readonly<Record<string, string>> {
  if (auth === undefined) return {};
  return { authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(auth)))}` };
}
