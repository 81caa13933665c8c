import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { WorkPoolPage } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { CopyButton, copyText } from "../components/copy.tsx";
import { messageOf } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Switch } from "../components/switch.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount, count } from "../format.ts";
import { PlaceStatusLabel } from "./place-status.tsx";
import { lookOfPoolType } from "./pool-types.ts";
import { changePool } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

const DeletePoolDialog = onDemand(() => import("./delete-pool-dialog.tsx").then((module) => module.DeletePoolDialog));
const EditPoolDialog = onDemand(() => import("./edit-pool-dialog.tsx").then((module) => module.EditPoolDialog));

/** The name, what can be done with the pool, and where it stands. */
export function WorkPoolHeader({ page }: { readonly page: WorkPoolPage }) {
  const { pool } = page;
  const pause = usePause(pool.name);
  const { label, icon } = lookOfPoolType(pool.type);
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 dir="auto" className="min-w-0 text-lg font-semibold break-words">
          {pool.name}
        </h1>
        <CopyButton text={pool.name} label="Copy the name" className="-ml-2" />
        <span className="mr-auto inline-flex items-center gap-2">
          <Switch
            label={pool.is_paused ? "Resume the work pool" : "Pause the work pool"}
            on={!pool.is_paused}
            onChange={(on) => pause.mutate(!on)}
          />
          <PlaceStatusLabel status={pool.is_paused ? "PAUSED" : (pool.status ?? "NOT_READY")} />
        </span>
        <Actions page={page} />
      </div>
      {pause.isError ? (
        <p role="alert" className="break-words text-danger">
          {messageOf(pause.error)}
        </p>
      ) : null}
      {pool.description === null || pool.description === "" ? null : (
        <p className="max-w-4xl break-words text-muted">{pool.description}</p>
      )}
      <HeaderFacts>
        <HeaderFact name="Type">
          <Icon name={icon} className="size-3.5 text-faint" />
          {label}
        </HeaderFact>
        <HeaderFact name="Workers online">{count(page.workers_online)}</HeaderFact>
        <HeaderFact name="Running now">{count(page.running)}</HeaderFact>
        {page.late === 0 ? null : (
          <HeaderFact name="Late runs">
            {count(page.late)}, the first <RelativeTime time={page.late_since} />
          </HeaderFact>
        )}
        <HeaderFact name="Last asked">
          {page.last_polled === null ? "never" : <RelativeTime time={page.last_polled} />}
        </HeaderFact>
        {page.deployments.count === 0 ? null : (
          <HeaderFact name="Used by">
            <Link to="/deployments" search={{ pool: [pool.name] }} className="hover:underline">
              {amount(page.deployments.count, "deployment")}
            </Link>
          </HeaderFact>
        )}
      </HeaderFacts>
    </header>
  );
}

function Actions({ page }: { readonly page: WorkPoolPage }) {
  const { pool } = page;
  const [asking, setAsking] = useState<"edit" | "delete">();
  const navigate = useNavigate();
  const close = () => setAsking(undefined);
  return (
    <div className="flex items-center gap-1.5">
      <Button icon="edit" onClick={() => setAsking("edit")}>
        Edit
      </Button>
      <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
        <MenuItem icon="runs" onSelect={() => void navigate({ to: "/runs", search: { pool: [pool.name] } })}>
          All runs
        </MenuItem>
        <MenuItem icon="copy" onSelect={() => void copyText(pool.id)}>
          Copy the id
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon="trash" danger onSelect={() => setAsking("delete")}>
          Delete…
        </MenuItem>
      </Menu>
      {asking === "edit" ? <EditPoolDialog pool={pool} onClose={close} /> : null}
      {asking === "delete" ? (
        <DeletePoolDialog name={pool.name} onClose={close} onDeleted={() => navigate({ to: "/work-pools" })} />
      ) : null}
    </div>
  );
}

function usePause(name: string) {
  const queryClient = useQueryClient();
  const { queryKey } = workPoolQuery(name);
  const show = (is_paused: boolean) =>
    queryClient.setQueryData<WorkPoolPage>(queryKey, (page) =>
      page === undefined ? page : { ...page, pool: { ...page.pool, is_paused } },
    );
  return useMutation({
    mutationFn: (paused: boolean) => changePool(name, { is_paused: paused }),
    onMutate: show,
    onError: (_, paused) => show(!paused),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
}
