export type MlflowErrorCode =
  /** What was named is not there. */
  | "MLFLOW_NOT_FOUND"
  /** The server answered and did not do it. */
  | "MLFLOW_REFUSED"
  /** Nothing answered. */
  | "MLFLOW_UNREACHABLE"
  /** This version of MLflow cannot do it. */
  | "MLFLOW_UNSUPPORTED";

interface Circumstances {
  readonly code: MlflowErrorCode;
  readonly status?: number | undefined;
  readonly errorCode?: string | undefined;
  readonly cause?: unknown;
}

/** MLflow did not do what was asked. The message names the server and says what to do. */
export class MlflowError extends Error {
  override readonly name = "MlflowError";
  readonly code: MlflowErrorCode;
  /** Of the answer; undefined where nothing answered. */
  readonly status: number | undefined;
  /** MLflow's own code, such as `RESOURCE_ALREADY_EXISTS`. */
  readonly errorCode: string | undefined;

  constructor(message: string, { code, status, errorCode, cause }: Circumstances) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.errorCode = errorCode;
  }
}

/** Whether what was asked for is not there. MLflow says it with 404 of some things and with 400 of others, such as an alias. */
export function isAbsent(error: unknown): boolean {
  return error instanceof MlflowError && error.code === "MLFLOW_NOT_FOUND";
}
