import type { Writer } from "../dialect.ts";

/**
 * A statement, or others for each database where they differ, or code for changes beyond SQL, which reads and writes through the
 * migration's transaction.
 */
export type MigrationStep =
  | string
  | { readonly sqlite: readonly string[]; readonly postgresql: readonly string[] }
  | ((tx: Writer) => Promise<void>);
