import type { DatabaseErrorCode, Explanation } from "../database-error.ts";

const cantOpenCode = 14;
const constraintCode = 19;
const notADatabaseCode = 26;
const readOnlyCode = 8;

export function explainSqlite(error: unknown, file: string): Explanation {
  const { message = String(error), errcode = 0 } = error as { readonly message?: string; readonly errcode?: number };
  const told = message.endsWith(".") ? message : `${message}.`;
  const as = (code: DatabaseErrorCode, advice: string): Explanation => ({ code, message: `${told} ${advice}` });
  if (/no such table/.test(message)) return as("DATABASE_TABLE_NOT_FOUND", "Create the table, or check its name.");
  if (/no such column|has no column named/.test(message))
    return as("DATABASE_COLUMN_NOT_FOUND", "Check the name of the column.");
  switch (errcode & 0xff) {
    case 5:
    case 6:
      return as(
        "DATABASE_BUSY",
        "Another connection holds its lock: run it again, or give more seconds as `timeout` in connect_args.",
      );
    case cantOpenCode:
      return as(
        "DATABASE_UNREACHABLE",
        `Check that the folder of ${JSON.stringify(file)} is there and may be written.`,
      );
    case notADatabaseCode:
      return as("DATABASE_UNREACHABLE", `${JSON.stringify(file)} is another kind of file: name a database of SQLite.`);
    case readOnlyCode:
      return as("DATABASE_ACCESS_DENIED", "Check who may write the file.");
    case constraintCode:
      return as("DATABASE_CONSTRAINT_VIOLATED", "Change the rows so that the table's constraints hold.");
    default:
      return { code: "DATABASE_FAILED", message: told };
  }
}
