import { Link } from "@tanstack/react-router";
import type { Dashboard } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount } from "../format.ts";

/** Automations with actions that failed lately, and why. */
export function FailingAutomations({ automations }: { readonly automations: Dashboard["automations"] }) {
  return (
    <Section
      title="Automations that could not act"
      tools={
        <Link to="/automations" className="text-xs text-muted hover:text-text">
          All<span className="sr-only"> automations</span>
        </Link>
      }
    >
      {automations.map(({ id, name, failures, at, reason }) => (
        <div key={id} className="flex min-h-9 items-center gap-2 border-b px-3 py-1 last:border-0 hover:bg-hover">
          <Icon name="automations" className="text-faint" />
          <Link
            to="/automations/automation/$id"
            params={{ id }}
            dir="auto"
            className="max-w-[40%] shrink-0 truncate font-medium hover:underline"
            title={`${name}: ${amount(failures, "failed action")}`}
          >
            {name}
          </Link>
          {failures === 1 ? null : (
            <span className="figures shrink-0 text-xs text-faint">
              {failures}
              <span aria-hidden="true">×</span>
              <span className="sr-only"> failed actions</span>
            </span>
          )}
          <span className="min-w-0 flex-1 truncate text-danger" title={reason ?? undefined}>
            {reason}
          </span>
          <RelativeTime time={at} className="shrink-0 text-xs text-faint" />
        </div>
      ))}
    </Section>
  );
}
