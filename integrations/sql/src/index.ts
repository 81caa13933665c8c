export type {
  LoadOptions,
  QueryOptions,
  Rows,
  SqlDatabase,
  SqlSession,
  StreamOptions,
} from "./database.ts";
export {
  AsyncDatabase,
  Database,
  DatabaseCredentials,
  type DatabaseCredentialsValues,
  type DatabaseValues,
  database,
} from "./database-block.ts";
export { DatabaseError, type DatabaseErrorCode } from "./database-error.ts";
export type { Parameters } from "./parameters.ts";
export type { ConnectionComponents } from "./place.ts";
