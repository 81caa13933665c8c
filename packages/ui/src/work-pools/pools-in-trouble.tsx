import { Link } from "@tanstack/react-router";
import type { WorkPoolRow } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { lookOfPoolType } from "./pool-types.ts";

/** Pools with late runs that do not start, and why. */
export function PoolsInTrouble({ pools }: { readonly pools: readonly WorkPoolRow[] }) {
  return (
    <Section
      title="Work pools that need attention"
      tools={
        <Link to="/work-pools" className="text-xs text-muted hover:text-text">
          All<span className="sr-only"> work pools</span>
        </Link>
      }
    >
      {pools.map(({ id, name, type, problem, late_since }) => (
        <div key={id} className="flex min-h-9 items-center gap-2 border-b px-3 py-1 last:border-0 hover:bg-hover">
          <Icon name={lookOfPoolType(type).icon} className="text-faint" />
          <Link
            to="/work-pools/$pool"
            params={{ pool: name }}
            className="max-w-[40%] shrink-0 truncate font-medium hover:underline"
            title={name}
          >
            {name}
          </Link>
          <span className="min-w-0 flex-1 truncate text-(--state-late)" title={problem ?? undefined}>
            {problem}
          </span>
          <RelativeTime time={late_since} className="shrink-0 text-xs text-faint" />
        </div>
      ))}
    </Section>
  );
}
