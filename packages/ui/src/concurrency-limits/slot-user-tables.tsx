import { Fragment, type ReactNode } from "react";
import type { ConcurrencyLimitPage, LimitHolder } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";
import { holderName, SlotUserName } from "./slot-user.tsx";

const holderColumns = "grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(160px,1fr)_56px_8px_110px_130px_88px]";
const waiterColumns = "grid-cols-[32px_minmax(0,1fr)_auto] md:grid-cols-[40px_minmax(160px,1fr)_56px_8px_110px]";

/** Who holds the slots, the earliest first, with a button that frees them. */
export function HolderTable(props: {
  readonly page: ConcurrencyLimitPage;
  readonly onFree: (holder: LimitHolder) => void;
}) {
  const { holders, holder_count } = props.page;
  return (
    <>
      <div role="table" aria-label="Holders">
        <HeadRow columns={holderColumns} titles={["Holder", "Slots", "Held for", "Lease ends", ""]} />
        <div role="rowgroup">
          {holders.map((holder) => (
            <Row key={holder.lease_id} columns={holderColumns}>
              <span role="cell" className="flex min-w-0">
                <SlotUserName user={holder} />
              </span>
              <span role="cell" className="figures text-right max-md:hidden">
                {count(holder.slots)}
              </span>
              <Gap />
              <span role="cell" className="max-md:text-right max-md:text-xs">
                <Elapsed start={holder.since} end={null} />
              </span>
              <span role="cell" className="text-muted max-md:text-xs">
                <span className="md:hidden">{holder.slots === 1 ? "" : `${count(holder.slots)} slots, `}</span>
                <LeaseEnd holder={holder} />
              </span>
              <span role="cell" className="flex justify-end">
                <Button aria-label={`Free the slots of ${holderName(holder)}`} onClick={() => props.onFree(holder)}>
                  Free…
                </Button>
              </span>
            </Row>
          ))}
        </div>
      </div>
      <More shown={holders.length} all={holder_count} noun="holders" />
    </>
  );
}

/** A holder that renews its lease in time keeps its slots. */
function LeaseEnd({ holder: { lease_ends } }: { readonly holder: LimitHolder }) {
  if (lease_ends === null)
    return <span title="Its slots become free when it gives them back, or when its run ends.">with its holder</span>;
  return (
    <span title="When its slots become free, unless it renews its lease.">
      <span className="md:hidden">lease ends </span>
      <RelativeTime time={lease_ends} />
    </span>
  );
}

/** Who waits, the first in line first. */
export function WaiterTable({ page: { waiting, waiting_count } }: { readonly page: ConcurrencyLimitPage }) {
  return (
    <>
      <div role="table" aria-label="Waiting">
        <HeadRow columns={waiterColumns} titles={["Place", "Who", "Slots", "Waiting for"]} />
        <div role="rowgroup">
          {waiting.map((user, index) => (
            <Row key={`${user.holder?.id ?? ""} ${user.since}`} columns={waiterColumns}>
              <span role="cell" className="figures text-faint">
                {index + 1}
              </span>
              <span role="cell" className="flex min-w-0">
                <SlotUserName user={user} />
              </span>
              <span role="cell" className="figures text-right max-md:hidden">
                {count(user.slots)}
              </span>
              <Gap />
              <span role="cell" className="max-md:text-right max-md:text-xs">
                <Elapsed start={user.since} end={null} />
              </span>
            </Row>
          ))}
        </div>
      </div>
      <More shown={waiting.length} all={waiting_count} noun="waiting" />
    </>
  );
}

function HeadRow({ columns, titles }: { readonly columns: string; readonly titles: readonly string[] }) {
  return (
    <div role="rowgroup" className="max-md:sr-only">
      <div role="row" className={`${columns} grid h-8 items-center gap-x-3 border-b px-3 text-xs text-faint`}>
        {titles.map((title) => (
          <Fragment key={title}>
            <span role="columnheader" className={title === "Slots" ? "text-right" : ""}>
              {title === "" ? <span className="sr-only">Actions</span> : title}
            </span>
            {title === "Slots" ? <Gap /> : null}
          </Fragment>
        ))}
      </div>
    </div>
  );
}

/** Between a number at the right of its column and a text at the left of the next. */
function Gap() {
  return <span className="max-md:hidden" />;
}

function Row({ columns, children }: { readonly columns: string; readonly children: ReactNode }) {
  return (
    <div
      role="row"
      className={`grid min-h-10 items-center gap-x-3 gap-y-0.5 border-b px-3 py-1 last:border-0 hover:bg-hover ${columns}`}
    >
      {children}
    </div>
  );
}

function More({ shown, all, noun }: { readonly shown: number; readonly all: number; readonly noun: string }) {
  if (all <= shown) return null;
  return (
    <p className="border-t px-3 py-2 text-xs text-faint">
      The first {count(shown)} of {count(all)} {noun} are shown.
    </p>
  );
}
