import { Link } from "@tanstack/react-router";
import type { ConcurrencyLimitPage } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { CopyButton, copyText } from "../components/copy.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { SlotMeter } from "../components/slot-meter.tsx";
import { Switch } from "../components/switch.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";
import { countedText, isMadeByPeople, limitLabel, rateText } from "./limit-words.ts";
import { useTaken } from "./taken.ts";
import type { LimitActions } from "./use-limit-actions.tsx";

/** The name, what can be done with the limit, and where it stands. */
export function LimitHeader({
  page,
  actions,
}: {
  readonly page: ConcurrencyLimitPage;
  readonly actions: LimitActions;
}) {
  const { limit, deployments } = page;
  const rate = limit.slot_decay_per_second;
  const taken = useTaken(limit);
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 dir="auto" className="min-w-0 text-lg font-semibold break-words">
          {limitLabel(limit)}
        </h1>
        <CopyButton text={limit.name} label="Copy the name" className="-ml-2" />
        <span className="mr-auto inline-flex items-center gap-2">
          {isMadeByPeople(limit) ? (
            <Switch
              label={limit.active ? "Switch the limit off" : "Switch the limit on"}
              on={limit.active}
              onChange={(on) => actions.onSwitch(limit, on)}
            />
          ) : null}
          {limit.active ? null : <span className="text-muted">It is off, and limits nothing.</span>}
        </span>
        <Actions page={page} actions={actions} />
      </div>
      <HeaderFacts>
        <HeaderFact name="Slots">
          <SlotMeter label="Slots taken" taken={taken} limit={limit.limit} />
        </HeaderFact>
        <HeaderFact name="Free again">{rate > 0 ? rateText(rate) : "when given back"}</HeaderFact>
        <HeaderFact name="Counts">{countedText(limit)}</HeaderFact>
        {limit.full_since === null || taken < limit.limit ? null : (
          <HeaderFact name="Full since">
            <RelativeTime time={limit.full_since} />
          </HeaderFact>
        )}
        <HeaderFact name="Waiting">
          {limit.waiting === 0 ? (
            "nobody"
          ) : (
            <>
              {count(limit.waiting)}, the first for <Elapsed start={limit.waiting_since} end={null} />
            </>
          )}
        </HeaderFact>
        {deployments.length === 0 ? null : (
          <HeaderFact name={deployments.length === 1 ? "Deployment" : "Deployments"}>
            {deployments.map(({ id, name, flow_name }) => (
              <Link key={id} to="/deployments/$id" params={{ id }} className="hover:underline">
                {flow_name}/{name}
              </Link>
            ))}
          </HeaderFact>
        )}
      </HeaderFacts>
    </header>
  );
}

function Actions({
  page: { limit },
  actions,
}: {
  readonly page: ConcurrencyLimitPage;
  readonly actions: LimitActions;
}) {
  const editable = isMadeByPeople(limit);
  return (
    <div className="flex items-center gap-1.5">
      {editable ? (
        <Button icon="edit" onClick={() => actions.onEdit(limit)}>
          Edit
        </Button>
      ) : null}
      <Button
        icon="retry"
        disabled={limit.active_slots === 0}
        title={limit.active_slots === 0 ? "No slot is taken." : undefined}
        onClick={() => actions.onReset(limit)}
      >
        Reset…
      </Button>
      <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
        <MenuItem icon="copy" onSelect={() => void copyText(limit.id)}>
          Copy the id
        </MenuItem>
        {editable ? (
          <>
            <MenuSeparator />
            <MenuItem icon="trash" danger onSelect={() => actions.onDelete(limit)}>
              Delete…
            </MenuItem>
          </>
        ) : null}
      </Menu>
    </div>
  );
}
