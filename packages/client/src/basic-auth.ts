/** The header that says who we are to a server that asks for `user:password`, whose characters travel as UTF-8. */
export function authHeaders(auth: string | undefined): Readonly<Record<string, string>> {
  if (auth === undefined) return {};
  return { authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(auth)))}` };
}
