import { Link, useRouterState } from "@tanstack/react-router";
import { buttonClass } from "../components/button.tsx";
import { Page } from "../components/page.tsx";

export function NotFound() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <Page title="Not found">
      <div className="mx-auto w-full max-w-lg py-16">
        <p className="text-xl font-semibold">This page does not exist.</p>
        <p className="mt-2 break-words text-muted">
          Nothing exists at <code className="text-xs">{path}</code>. The address may be mistyped, or what it showed was
          deleted.
        </p>
        <div className="mt-5 flex gap-2">
          <Link to="/runs" className={buttonClass("primary")}>
            All runs
          </Link>
          <Link to="/dashboard" className={buttonClass()}>
            Dashboard
          </Link>
        </div>
      </div>
    </Page>
  );
}
