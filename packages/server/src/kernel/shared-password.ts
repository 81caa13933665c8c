import { hash, timingSafeEqual } from "node:crypto";
import type { Clock } from "@ostinato/core";
import { type Actor, anonymous, passwordUser } from "./actor.ts";
import type { Authentication } from "./authentication.ts";
import { sessionCookies } from "./session-cookie.ts";

/** One `user:password` for everybody: by HTTP Basic, in the first frame of a websocket, and by the sign-in of the pages. */
export function sharedPassword(authString: string, clock: Clock): Authentication {
  const user = passwordUser(authString.slice(0, authString.indexOf(":")));
  const expected = digest(authString);
  const matches = (given: string) => timingSafeEqual(digest(given), expected);
  const cookies = sessionCookies(authString, clock);
  const ofCookie = async (cookie: string): Promise<Actor> => ((await cookies.holdsSession(cookie)) ? user : anonymous);
  return {
    required: true,
    ofRequest({ authorization, cookie }) {
      if (authorization !== undefined && matches(basicCredentials(authorization))) return user;
      // The header may hold a password for a proxy, which is none of ours.
      return cookie === undefined ? anonymous : ofCookie(cookie);
    },
    ofToken: (token) => (matches(token) ? user : anonymous),
    sessions: {
      begin: async (given) =>
        matches(`${given.user}:${given.password}`) ? cookies.begin({ secure: given.secure }) : undefined,
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
