import { hash, timingSafeEqual } from "node:crypto";
import type { Clock } from "@ostinato/core";
import type { Logger } from "pino";
import { type Actor, anonymous, passwordUser } from "./actor.ts";
import type { Authentication } from "./authentication.ts";
import { createGuessLimit } from "./guess-limit.ts";
import { sessionCookies } from "./session-cookie.ts";

/** One `user:password` for everybody: by HTTP Basic, in the first frame of a websocket, and by the sign-in of the pages. */
export function sharedPassword(
  authString: string,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Authentication {
  const user = passwordUser(authString.slice(0, authString.indexOf(":")));
  const expected = digest(authString);
  const guesses = createGuessLimit({ clock, log });
  const matches = (given: string, address: string) => {
    const givenDigest = digest(given);
    return guesses.check({ address, digest: givenDigest, isRight: timingSafeEqual(givenDigest, expected) });
  };
  const cookies = sessionCookies(authString, clock);
  const ofPassword = (given: string, address: string): Actor =>
    given !== "" && matches(given, address) ? user : anonymous;
  return {
    required: true,
    ofRequest({ authorization = "", cookie, address }) {
      const given = basicCredentials(authorization);
      if (cookie === undefined) return ofPassword(given, address);
      // The header may hold a password for a proxy: where the cookie is enough, it is not a wrong one.
      return cookies.holdsSession(cookie).then((isSession) => (isSession ? user : ofPassword(given, address)));
    },
    ofToken: ofPassword,
    sessions: {
      begin: async (given) =>
        matches(`${given.user}:${given.password}`, given.address) ? cookies.begin({ secure: given.secure }) : undefined,
      end: () => cookies.end(),
    },
  };
}

/** Digests have one length, so that the comparison takes the same time for every input. */
function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** The `user:password` of an `Authorization` header; empty for other schemes. */
function basicCredentials(authorization: string): string {
  const encoded = /^basic +(\S+)$/i.exec(authorization)?.[1] ?? "";
  return Buffer.from(encoded, "base64").toString();
}
