import { MlflowError, type MlflowErrorCode } from "./mlflow-error.ts";

/** What MLflow answered. */
export interface Refusal {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

const maxShownCharacters = 300;
const credentials =
  "check the username and the password, or the token, of the block, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD";

/** The error for an answer other than 2xx to `what`, such as `runs/create`. */
export function refused(what: string, { url, status, text }: Refusal): MlflowError {
  const { error_code: errorCode, message } = parsed(text);
  const said = message ?? text.replaceAll(/<[^>]*>|\s+/g, " ").trim();
  const code = codeOf(status, errorCode, said);
  const advice = adviceFor({ url, status, text }, errorCode);
  const shown = said.length > maxShownCharacters ? `${said.slice(0, maxShownCharacters)}…` : said;
  return new MlflowError(
    `MLflow at ${url} refused ${what}: ${status} ${shown}${advice === undefined ? "" : `; ${advice}`}`,
    { code, status, errorCode },
  );
}

/** The error for a request to which nothing answered. */
export function unreachable(what: string, url: string, cause: unknown): MlflowError {
  const { message, cause: inner } = cause as { readonly message?: string; readonly cause?: { readonly code?: string } };
  return new MlflowError(
    `MLflow at ${url} did not answer ${what} (${inner?.code ?? message}); check the network, and tracking_uri`,
    { code: "MLFLOW_UNREACHABLE", cause },
  );
}

function codeOf(status: number, errorCode: string | undefined, said: string): MlflowErrorCode {
  if (status === 404 && errorCode !== undefined) return "MLFLOW_NOT_FOUND";
  if (status === 400 && /\bnot found\b/i.test(said)) return "MLFLOW_NOT_FOUND";
  return "MLFLOW_REFUSED";
}

function adviceFor({ url, status, text }: Refusal, errorCode: string | undefined): string | undefined {
  if (status === 401) return credentials;
  if (status === 403 && /invalid host header/i.test(text)) {
    const { host } = new URL(url);
    return `it takes requests for some host names only: start it with --allowed-hosts "${host}", or set MLFLOW_SERVER_ALLOWED_HOSTS for it`;
  }
  if (status === 403) return "the user may not do that: give the permission in MLflow, or sign in as another";
  if (status === 404 && errorCode === undefined) return "check that tracking_uri is the address of an MLflow server";
  if (status === 413) return "a proxy before MLflow takes no request of this size: raise its limit";
  return undefined;
}

function parsed(text: string): { readonly error_code?: string; readonly message?: string } {
  try {
    const { error_code, message } = Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
    return {
      ...(typeof error_code === "string" ? { error_code } : {}),
      ...(typeof message === "string" ? { message } : {}),
    };
  } catch {
    return {};
  }
}
