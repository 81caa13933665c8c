import { createHmac, timingSafeEqual } from "node:crypto";
import type { WebhookSignature } from "@ostinato/protocol";

/** How posts are signed, without the key. */
export type SignatureScheme = Omit<WebhookSignature, "secret">;

export interface SignedPost {
  readonly text: string;
  /** The values of the header; undefined where it is missing. */
  readonly header: string | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
}

const usualToleranceSeconds = 300;

/** Whether a post is signed with one of the keys. */
export function isSigned(scheme: SignatureScheme, keys: readonly string[], post: SignedPost): boolean {
  const { header, text, now } = post;
  if (header === undefined) return false;
  if (scheme.scheme !== "timestamped") return keys.some((key) => matches(scheme, { key, text, given: header }));
  const parts = header.split(",").map((part) => part.trim().split("=", 2));
  const time = parts.find(([name]) => name === "t")?.[1] ?? "";
  const tolerance = scheme.tolerance_seconds ?? usualToleranceSeconds;
  if (!/^\d{1,12}$/.test(time) || Math.abs(now - Number(time)) > tolerance) return false;
  const signatures = parts.filter(([name]) => name !== "t").map(([, value]) => value ?? "");
  const bare = { ...scheme, prefix: "" };
  return signatures.some((given) => keys.some((key) => matches(bare, { key, text: `${time}.${text}`, given })));
}

interface Signature {
  readonly key: string;
  readonly text: string;
  readonly given: string;
}

function matches(
  { algorithm = "sha256", encoding = "hex", prefix = "" }: SignatureScheme,
  { key, text, given }: Signature,
): boolean {
  if (!given.startsWith(prefix)) return false;
  const wanted = createHmac(algorithm, key).update(text).digest();
  const found = Buffer.from(given.slice(prefix.length).trim(), encoding);
  return found.length === wanted.length && timingSafeEqual(found, wanted);
}
