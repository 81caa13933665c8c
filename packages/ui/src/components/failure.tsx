import { ApiError, ServerUnreachable } from "@ostinato/client";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** What failed, what to do, and a button to try again. */
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
        <p className="font-medium">{what} could not be read.</p>
        <p className="mt-0.5 break-words text-muted">
          {messageOf(error)} {adviceFor(error)}
        </p>
        {onRetry === undefined ? null : (
          <Button icon="retry" className="mt-3" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function adviceFor(error: unknown): string {
  if (error instanceof ServerUnreachable) return "See whether this machine reaches it.";
  if (!(error instanceof ApiError)) return "";
  if (error.status === 401 || error.status === 403) return "Sign in, or ask for access.";
  if (error.status === 404) return "It may have been deleted.";
  if (error.status === 422) return "The address of this page may hold a filter that does not exist.";
  if (error.status >= 500) return "The server's own log says more.";
  return "";
}
