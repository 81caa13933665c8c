import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { messageOf } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";

/** Shown when the page itself failed, not the server. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return (
    <Page title="Something failed" above={[]}>
      <div role="alert" className="mx-auto w-full max-w-2xl py-12">
        <p className="text-xl font-semibold">This page failed.</p>
        <p className="mt-2 break-words text-muted">
          {messageOf(error)} Nothing was changed on the server. Try again; if it happens again, report it with the text
          below.
        </p>
        <div className="mt-4 flex gap-2">
          <Button look="primary" icon="retry" onClick={reset}>
            Try again
          </Button>
          <Button onClick={() => location.reload()}>Reload the page</Button>
        </div>
        <div className="relative mt-6">
          <pre className="max-h-72 overflow-auto rounded-md border bg-sunken p-3 text-xs whitespace-pre-wrap">
            {details}
          </pre>
          <CopyButton text={details} label="Copy the error" className="absolute top-1.5 right-1.5 bg-sunken" />
        </div>
      </div>
    </Page>
  );
}
