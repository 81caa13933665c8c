import type { BodyOf, signIn } from "@ostinato/protocol";
import type { Authentication, PageSessions } from "../kernel/authentication.ts";
import { refused, wrongPassword } from "../kernel/errors.ts";

interface From {
  /** The header of the browser. */
  readonly origin: string | string[] | undefined;
  readonly address: string;
}

/** Returns the `Set-Cookie` of a session. */
export async function begin(
  authentication: Authentication,
  { user, password }: BodyOf<typeof signIn>,
  { origin, address }: From,
): Promise<string> {
  // A server behind a proxy does not see by itself how the browser came. Other origins than its own are refused.
  const secure = String(origin).startsWith("https:");
  const cookie = await sessionsOf(authentication).begin({ user, password, secure, address });
  if (cookie === undefined) throw wrongPassword();
  return cookie;
}

export function end(authentication: Authentication): Promise<string> {
  return sessionsOf(authentication).end();
}

function sessionsOf({ sessions }: Authentication): PageSessions {
  if (sessions === undefined) throw refused("NO_PASSWORD_ASKED", "This server asks nobody for a password.");
  return sessions;
}
