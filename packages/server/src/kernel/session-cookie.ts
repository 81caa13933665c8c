import { createHmac, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { addSeconds, type Clock } from "@ostinato/core";
import { parseCookie, stringifySetCookie } from "cookie";

/** The cookie that keeps a browser signed in. It holds no password, and scripts cannot read it. */
export interface SessionCookies {
  /** The `Set-Cookie` that begins a session. `secure` if the browser connected by https. */
  begin(options: { readonly secure: boolean }): Promise<string>;
  /** The `Set-Cookie` that ends it. */
  end(): Promise<string>;
  /** Whether a `Cookie` header holds a valid session. */
  holdsSession(header: string): Promise<boolean>;
}

const sessionSeconds = 14 * 24 * 3600;
const namePrefix = "ostinato_session_";

/**
 * Sessions signed with a key that is derived from the password: they survive a restart, are valid on every server with this
 * password, and end for everybody when it is changed. Deriving the key is slow on purpose, so that a stolen cookie does not allow
 * guessing passwords by the million. The cookie's name is derived from the key too: browsers send one server's cookies to every
 * port of its host.
 */
export function sessionCookies(password: string, clock: Clock): SessionCookies {
  let making: Promise<Buffer> | undefined;
  const key = () => {
    making ??= promisify<string, string, number, Buffer>(scrypt)(password, "ostinato session", 32);
    return making;
  };
  const signed = async (text: string) =>
    createHmac("sha256", await key())
      .update(text)
      .digest();
  const name = async () => namePrefix + (await signed("name")).toString("hex", 0, 4);
  const cookie = async (value: string, { maxAge, secure }: { readonly maxAge: number; readonly secure: boolean }) =>
    stringifySetCookie({ name: await name(), value, maxAge, secure, path: "/", httpOnly: true, sameSite: "strict" });

  return {
    async begin({ secure }) {
      const until = String(addSeconds(clock.now(), sessionSeconds));
      const signature = (await signed(until)).toString("base64url");
      return cookie(`${until}.${signature}`, { maxAge: sessionSeconds, secure });
    },
    end: () => cookie("", { maxAge: 0, secure: false }),
    async holdsSession(header) {
      if (!header.includes(namePrefix)) return false;
      const [until = "", signature = ""] = (parseCookie(header)[await name()] ?? "").split(".");
      const given = Buffer.from(signature, "base64url");
      const expected = await signed(until);
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
      return isOurs && Number(until) > clock.now();
    },
  };
}
