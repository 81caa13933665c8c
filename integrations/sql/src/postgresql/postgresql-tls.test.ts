import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Postgres, startPostgres } from "@ostinato/testing/postgres";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { database } from "../index.ts";

/** A PostgreSQL with a certificate of its own, which nobody else has signed, for the address 127.0.0.1. */
let postgres: Postgres;
let folder: string;
beforeAll(async () => {
  [postgres, folder] = await Promise.all([startPostgres(), mkdtemp(join(tmpdir(), "ostinato-tls-"))]);
  await present({});
});
afterAll(async () => {
  await postgres?.dispose();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

const file = (name: string) => join(folder, name);
const day = 86_400_000;

async function present(dates: { readonly notBeforeDate?: Date; readonly notAfterDate?: Date }): Promise<void> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "db.test" }], {
    ...dates,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  await Promise.all([writeFile(file("server.key"), key), writeFile(file("server.crt"), cert)]);
  await Promise.all([chmod(file("server.key"), 0o600), chmod(folder, 0o755)]);
  postgres.own(folder);
  await postgres.execute(`ALTER SYSTEM SET ssl_key_file = '${file("server.key")}'`);
  await postgres.execute(`ALTER SYSTEM SET ssl_cert_file = '${file("server.crt")}'`);
  await postgres.execute("ALTER SYSTEM SET ssl = on");
  await postgres.restart();
}

async function isEncrypted(query: string, host = "127.0.0.1"): Promise<unknown> {
  const url = new URL(postgres.url);
  url.hostname = host;
  await using db = database(`${url.href}?${query}`);
  const [row] = await db.query<{ ssl: boolean }>("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  return row?.ssl;
}

const authority = () => `sslrootcert=${encodeURIComponent(file("server.crt"))}`;

test("encrypts as libpq does: by itself, and unless it is told not to", async () => {
  expect(await isEncrypted("")).toBe(true);
  expect(await isEncrypted("sslmode=require")).toBe(true);
  expect(await isEncrypted("sslmode=disable")).toBe(false);
});

test("checks the certificate against the authority that is given", async () => {
  expect(await isEncrypted(`sslmode=verify-full&${authority()}`)).toBe(true);
  expect(await isEncrypted(`sslmode=verify-ca&${authority()}`, "localhost")).toBe(true);
  expect(await isEncrypted(`sslmode=require&${authority()}`)).toBe(true);
});

describe("a certificate that does not pass is told with what to do", () => {
  test("where nobody trusts it", async () => {
    for (const mode of ["verify-ca", "verify-full"]) {
      await expect(isEncrypted(`sslmode=${mode}`)).rejects.toThrow(
        /^postgresql:\/\/\S+: self-signed certificate.* Nobody whom this machine trusts has signed the certificate of the server: give the file of its authority in sslrootcert, or sslmode=require/,
      );
    }
  });

  test("where it is for another name", async () => {
    const other = isEncrypted(`sslmode=verify-full&${authority()}`, "localhost");
    await expect(other).rejects.toThrow(/The certificate of the server is for another name: connect by a name/);
    await expect(other).rejects.toMatchObject({ name: "DatabaseError", code: "DATABASE_UNREACHABLE" });
  });

  test("where the file of the authority is missing", async () => {
    await expect(isEncrypted("sslmode=verify-full&sslrootcert=/no/such.pem")).rejects.toThrow(
      'sslrootcert of a database is "/no/such.pem", which cannot be read: give a file in PEM.',
    );
  });

  test("where its time is over", async () => {
    await present({ notBeforeDate: new Date(Date.now() - 9 * day), notAfterDate: new Date(Date.now() - day) });
    await expect(isEncrypted(`sslmode=verify-full&${authority()}`)).rejects.toThrow(
      /certificate has expired\. Renew the certificate of the server\.$/,
    );
    expect(await isEncrypted("sslmode=require")).toBe(true);
  });
});
