import { readFile } from "node:fs/promises";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import { UsageError } from "ostinato";
import type { DatabasePlace } from "../place.ts";

/** Ways to connect in the order in which they are tried: with TLS, or plainly. */
export type TlsAttempts = readonly (ConnectionOptions | false)[];

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
type Mode = (typeof modes)[number];

/**
 * How to connect by `sslmode`, as libpq means it: only `verify-ca` and `verify-full` look at the server's certificate, and `require` does where a
 * root certificate is given. `prefer`, which goes on without TLS where the server has none, is the mode unless another is given.
 */
export async function tlsAttempts({ host, settings }: DatabasePlace): Promise<TlsAttempts> {
  if (host?.startsWith("/")) return [false];
  const mode = modeOf(settings);
  if (mode === "disable") return [false];
  const { sslrootcert, sslcert, sslkey } = settings;
  const isVerified = mode.startsWith("verify") || (mode === "require" && sslrootcert !== undefined);
  const tls: ConnectionOptions = {
    rejectUnauthorized: isVerified,
    checkServerIdentity: mode === "verify-full" ? checkServerIdentity : () => undefined,
    ...(sslrootcert === undefined || sslrootcert === "system"
      ? {}
      : { ca: await certificate("sslrootcert", sslrootcert) }),
    ...(sslcert === undefined ? {} : { cert: await certificate("sslcert", sslcert) }),
    ...(sslkey === undefined ? {} : { key: await certificate("sslkey", sslkey) }),
  };
  if (mode === "allow") return [false, tls];
  return mode === "prefer" ? [tls, false] : [tls];
}

/** asyncpg's word for it is `ssl`, which may also be true. */
function modeOf({ sslmode, ssl }: DatabasePlace["settings"]): Mode {
  const given = sslmode ?? ssl ?? "prefer";
  if (given === true) return "verify-full";
  if (given === false) return "disable";
  const mode = modes.find((each) => each === given);
  if (mode !== undefined) return mode;
  throw new UsageError(`sslmode of a database is ${JSON.stringify(given)}: give one of ${modes.join(", ")}.`);
}

async function certificate(name: string, file: unknown): Promise<string> {
  try {
    return await readFile(String(file), "utf8");
  } catch (cause) {
    throw new UsageError(
      `${name} of a database is ${JSON.stringify(file)}, which cannot be read: give a file in PEM.`,
      { cause },
    );
  }
}

/** The answer of a server that has no TLS. */
export function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && error.message.includes("does not support SSL connections");
}
