import { isNotFound } from "@ostinato/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { LimitHolder, ConcurrencyLimitPage as PageData } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { limitQuery } from "./concurrency-limits.queries.ts";
import { LimitHeader } from "./limit-header.tsx";
import { limitLabel, rateText } from "./limit-words.ts";
import { useLiveLimit } from "./live-limits.ts";
import { HolderTable, WaiterTable } from "./slot-user-tables.tsx";
import { useLimitActions } from "./use-limit-actions.tsx";

const FreeSlotDialog = onDemand(() => import("./limit-confirmations.tsx").then((module) => module.FreeSlotDialog));

const route = getRouteApi("/concurrency-limits/$limit");

export function ConcurrencyLimitPage() {
  const { limit: name } = route.useParams();
  const navigate = route.useNavigate();
  const query = useQuery(limitQuery(name));
  const page = query.data;
  useLiveLimit(name, page?.limit.id);
  const { actions, dialog, problem } = useLimitActions(() => navigate({ to: "/concurrency-limits" }));
  const [freeing, setFreeing] = useState<LimitHolder>();
  if (page === undefined || isNotFound(query.error)) {
    return (
      <Page title={name}>
        {query.isError ? (
          <Failure error={query.error} what="The limit" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  return (
    <Page title={limitLabel(page.limit)} ownHeading>
      <LimitHeader page={page} actions={actions} />
      {problem}
      <Section title="Holders">
        {page.holders.length === 0 ? (
          <p className="px-3 py-3 text-muted">{noHolders(page)}</p>
        ) : (
          <HolderTable page={page} onFree={setFreeing} />
        )}
      </Section>
      <Section title="Waiting">
        {page.waiting.length === 0 ? (
          <p className="px-3 py-3 text-muted">Nobody waits.</p>
        ) : (
          <WaiterTable page={page} />
        )}
      </Section>
      {dialog}
      {freeing === undefined ? null : (
        <FreeSlotDialog limit={page.limit} holder={freeing} onClose={() => setFreeing(undefined)} />
      )}
    </Page>
  );
}

function noHolders({ limit }: PageData): string {
  if (limit.slot_decay_per_second > 0)
    return `Slots of a rate need no holder: they become free by themselves, ${rateText(limit.slot_decay_per_second)}.`;
  return limit.limit === 0 ? "Nobody holds a slot, and with 0 slots nobody gets one." : "Nobody holds a slot.";
}
