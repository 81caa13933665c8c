import { type DatabaseConnection, type Dialect, type Driver, Kysely } from "kysely";
import type { Tables } from "../tables.ts";

/** Kysely over one connection. Units of work are begun and committed around it, not by it. */
export function kyselyOnConnection(
  executeQuery: DatabaseConnection["executeQuery"],
  dialect: Dialect,
  close?: () => Promise<void>,
): Kysely<Tables> {
  const connection: DatabaseConnection = { executeQuery, streamQuery: refuse };
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => close?.(),
  };
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => dialect.createAdapter(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  });
}

/** For what Kysely could do on a connection, and is not done here. */
export function refuse(): never {
  throw new Error("Kysely only runs queries here: transactions are the work of `write`");
}
