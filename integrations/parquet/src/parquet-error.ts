export type ParquetErrorCode =
  | "PARQUET_NOT_FOUND"
  | "PARQUET_TYPE_MISSING"
  | "PARQUET_VALUE_REFUSED"
  | "PARQUET_FAILED";

/** A table that could not be kept as Parquet or read from it. The message names the file, and the column where one is to blame. */
export class ParquetError extends Error {
  override readonly name = "ParquetError";
  readonly code: ParquetErrorCode;
  /** The address of the file, as `s3://lake/raw/trips.parquet` or a path. */
  readonly url: string;
  /** Undefined where no single column is to blame. */
  readonly column: string | undefined;

  constructor(code: ParquetErrorCode, url: string, { message, column, cause }: ParquetProblem) {
    super(`${url} ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.url = url;
    this.column = column;
  }
}

interface ParquetProblem {
  readonly message: string;
  readonly column?: string | undefined;
  readonly cause?: unknown;
}
