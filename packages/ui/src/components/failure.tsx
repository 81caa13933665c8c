import { ApiError, isNotFound, isUnknownQuestion, ServerUnreachable } from "@ostinato/client";
import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** Shows the failure, the remedy, and a button to retry. */
export function Failure({
  error,
  what,
  onRetry,
}: {
  readonly error: unknown;
  readonly what: string;
  readonly onRetry?: () => void;
}) {
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg border border-line bg-surface p-4">
      <Icon name="warning" className="mt-0.5 text-danger" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{isNotFound(error) ? `${what} does not exist.` : `${what} could not be read.`}</p>
        <p className="mt-0.5 break-words text-muted">
          {isNotFound(error) ? "" : sentence(messageOf(error))} {adviceFor(error)}
        </p>
        <div className="mt-3 flex flex-wrap gap-2 empty:hidden">
          {onRetry === undefined ? null : (
            <Button icon="retry" onClick={onRetry}>
              Try again
            </Button>
          )}
          {isNotFound(error) ? (
            <Link to="/runs" className={buttonClass()}>
              All runs
            </Link>
          ) : null}
        </div>
      </div>
    </div>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function adviceFor(error: unknown): string {
  if (error instanceof ServerUnreachable) return "Check that this machine can reach it.";
  if (!(error instanceof ApiError)) return "";
  if (error.status === 401 || error.status === 403) return "Sign in, or ask for access.";
  if (isUnknownQuestion(error))
    return "The server does not know this request: its version differs from this page's. Reload the page.";
  if (error.status === 404)
    return "It was deleted, or its program has not told the server about it yet. The address may also be mistyped.";
  if (error.status === 422) return "The address of this page may contain a filter that does not exist.";
  if (error.status >= 500) return "The server's own log says more.";
  return "";
}
