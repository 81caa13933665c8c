import { readFile } from "node:fs/promises";
import type { SslOptions } from "mysql2";
import { UsageError } from "ostinato";
import type { DatabasePlace } from "../place.ts";

const modes = ["DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"] as const;

/**
 * TLS by the words of MySQL's clients and of PyMySQL: `ssl_mode`, `ssl_ca`, `ssl_cert`, `ssl_key`, `ssl_verify_cert`, `ssl_verify_identity`,
 * `ssl_disabled`. Undefined where none is asked for, as PyMySQL does; PREFERRED is the same, since a server must not decide whether it is secure.
 */
export async function mysqlTls({ settings }: DatabasePlace): Promise<SslOptions | undefined> {
  const { ssl_ca, ssl_cert, ssl_key, ssl_mode, ssl_disabled, ssl_verify_cert, ssl_verify_identity } = settings;
  if (isTrue(ssl_disabled)) return undefined;
  const mode = modes.find((each) => each === String(ssl_mode ?? "").toUpperCase());
  if (ssl_mode !== undefined && mode === undefined) {
    throw new UsageError(`ssl_mode of a database is ${JSON.stringify(ssl_mode)}: give one of ${modes.join(", ")}.`);
  }
  const verifiesName = mode === "VERIFY_IDENTITY" || isTrue(ssl_verify_identity);
  const verifies =
    verifiesName || mode === "VERIFY_CA" || isTrue(ssl_verify_cert) || (mode === undefined && ssl_ca !== undefined);
  const isAsked = mode === "REQUIRED" || verifies || ssl_cert !== undefined;
  if (!isAsked) return undefined;
  return {
    rejectUnauthorized: verifies,
    verifyIdentity: verifiesName,
    ...(ssl_ca === undefined ? {} : { ca: await certificate("ssl_ca", ssl_ca) }),
    ...(ssl_cert === undefined ? {} : { cert: await certificate("ssl_cert", ssl_cert) }),
    ...(ssl_key === undefined ? {} : { key: await certificate("ssl_key", ssl_key) }),
  };
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true" || value === "True" || value === "1";
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
