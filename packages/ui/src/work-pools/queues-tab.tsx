import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type DragEvent, type KeyboardEvent, useState } from "react";
import type { WorkPoolPage, WorkQueueRow } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { messageOf } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { SlotMeter } from "../components/slot-meter.tsx";
import { Switch } from "../components/switch.tsx";
import { count } from "../format.ts";
import { LateRuns } from "./late-runs.tsx";
import { PlaceStatusLabel } from "./place-status.tsx";
import { movedTo } from "./queue-order.ts";
import { changeQueue } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

const QueueDialog = onDemand(() => import("./queue-dialog.tsx").then((module) => module.QueueDialog));
const DeleteQueueDialog = onDemand(() =>
  import("./delete-queue-dialog.tsx").then((module) => module.DeleteQueueDialog),
);

const columns =
  "grid-cols-[84px_32px_minmax(0,1fr)_28px] lg:grid-cols-[84px_32px_minmax(140px,1fr)_110px_150px_90px_28px]";

type Asking = { readonly of: "edit" | "delete"; readonly queue: WorkQueueRow } | { readonly of: "create" };

/** The queues of a pool in the order in which their runs go. Whoever moves one changes its priority. */
export function QueuesTab({ page }: { readonly page: WorkPoolPage }) {
  const { pool, queues } = page;
  const [asking, setAsking] = useState<Asking>();
  const close = () => setAsking(undefined);
  const pause = useChange(pool.name, ({ name, is_paused }: WorkQueueRow) =>
    changeQueue(pool.name, name, { is_paused: !is_paused }),
  );
  const moves = useMoves(page);
  const failure = pause.error ?? moves.error;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <Button icon="plus" onClick={() => setAsking({ of: "create" })}>
          Create a queue
        </Button>
        <p className="text-muted">
          Runs of an upper queue go first. Move a queue by its handle, or by the arrows beside it.
        </p>
      </div>
      {failure === null ? null : (
        <p role="alert" className="break-words text-danger">
          {messageOf(failure)}
        </p>
      )}
      <p className="sr-only" role="status">
        {moves.told}
      </p>
      <div role="table" aria-label="Work queues" className="rounded-lg border bg-surface">
        <div role="rowgroup" className="max-lg:sr-only">
          <HeaderRow />
        </div>
        <div role="rowgroup">
          {queues.map((queue, index) => (
            <div
              key={queue.id}
              role="row"
              className={`grid min-h-12 items-center gap-x-3 border-b px-3 py-1 last:border-0 hover:bg-hover ${columns} ${
                moves.over === index ? "bg-accent-soft" : ""
              }`}
              {...moves.target(index)}
            >
              <span role="cell">
                <Order queue={queue} index={index} last={queues.length - 1} moves={moves} />
              </span>
              <span role="cell" className="flex">
                <Switch
                  label={queue.is_paused ? `${queue.name} is paused: resume it` : `${queue.name} is on: pause it`}
                  on={!queue.is_paused}
                  onChange={() => pause.mutate(queue)}
                />
              </span>
              <span role="cell" className="min-w-0">
                <Name pool={pool} queue={queue} />
              </span>
              <span role="cell" className="max-lg:hidden">
                <PlaceStatusLabel status={queue.status} />
              </span>
              <span role="cell" className="max-lg:hidden">
                <SlotMeter
                  label={`Slots of ${queue.name}`}
                  taken={queue.active_slots}
                  limit={queue.concurrency_limit}
                />
              </span>
              <span role="cell" className="max-lg:hidden">
                <LateRuns late={queue.late} since={queue.late_since} />
              </span>
              <span role="cell">
                <Menu align="end" trigger={<IconButton icon="more" label={`Actions on ${queue.name}`} />}>
                  <MenuItem icon="edit" onSelect={() => setAsking({ of: "edit", queue })}>
                    Edit…
                  </MenuItem>
                  <MenuItem icon={queue.is_paused ? "play" : "pause"} onSelect={() => pause.mutate(queue)}>
                    {queue.is_paused ? "Resume" : "Pause"}
                  </MenuItem>
                  <MenuSeparator />
                  <MenuItem
                    icon="trash"
                    danger
                    disabled={queue.id === pool.default_queue_id}
                    onSelect={() => setAsking({ of: "delete", queue })}
                  >
                    Delete…
                  </MenuItem>
                </Menu>
              </span>
            </div>
          ))}
        </div>
      </div>
      {asking?.of === "create" ? <QueueDialog pool={pool.name} onClose={close} /> : null}
      {asking?.of === "edit" ? <QueueDialog pool={pool.name} queue={asking.queue} onClose={close} /> : null}
      {asking?.of === "delete" ? <DeleteQueueDialog pool={pool.name} queue={asking.queue} onClose={close} /> : null}
    </div>
  );
}

function HeaderRow() {
  return (
    <div role="row" className={`${columns} grid h-8 items-center gap-x-3 border-b px-3 text-xs text-faint`}>
      <span role="columnheader">Priority</span>
      <span role="columnheader">On</span>
      <span role="columnheader">Queue</span>
      <span role="columnheader">Status</span>
      <span role="columnheader">Slots</span>
      <span role="columnheader">Late</span>
      <span role="columnheader">
        <span className="sr-only">Actions</span>
      </span>
    </div>
  );
}

function Name({ pool, queue }: { readonly pool: WorkPoolPage["pool"]; readonly queue: WorkQueueRow }) {
  const isDefault = queue.id === pool.default_queue_id;
  return (
    <>
      <span className="flex min-w-0 items-center gap-2">
        <Link
          to="/work-pools/$pool/queues/$queue"
          params={{ pool: pool.name, queue: queue.name }}
          className="truncate py-0.5 font-medium hover:underline"
          title={queue.name}
        >
          {queue.name}
        </Link>
        {isDefault ? <span className="text-xs text-faint">default</span> : null}
      </span>
      {queue.description === null || queue.description === "" ? null : (
        <span className="block truncate text-xs text-faint">{queue.description}</span>
      )}
      <span className="flex flex-wrap items-center gap-x-3 text-xs lg:hidden">
        <PlaceStatusLabel status={queue.status} />
        <SlotMeter label={`Slots of ${queue.name}`} taken={queue.active_slots} limit={queue.concurrency_limit} />
        {queue.late === 0 ? null : <span className="text-(--state-late)">{count(queue.late)} late</span>}
      </span>
    </>
  );
}

type Moves = ReturnType<typeof useMoves>;

/** The priority with a handle to drag, and buttons for one place up or down; the arrow keys on the handle do the same. */
function Order(props: {
  readonly queue: WorkQueueRow;
  readonly index: number;
  readonly last: number;
  readonly moves: Moves;
}) {
  const { queue, index, last, moves } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: last }[event.key];
    if (to === undefined || to < 0 || to > last || to === index) return;
    event.preventDefault();
    event.stopPropagation();
    moves.move(queue, to);
  };
  return (
    <span className="flex items-center">
      <button
        type="button"
        draggable
        aria-label={`Move ${queue.name}: priority ${queue.priority}, place ${index + 1} of ${last + 1}`}
        title="Drag, or press the arrow keys"
        onDragStart={(event) => moves.start(event, index)}
        onDragEnd={moves.end}
        onKeyDown={onKeyDown}
        className="inline-flex h-7 cursor-grab items-center gap-1 rounded-md px-0.5 text-faint hover:text-text active:cursor-grabbing"
      >
        <Icon name="grip" className="size-3.5" />
        <span className="figures min-w-5 text-right text-sm text-text">{queue.priority}</span>
      </button>
      <span className="flex flex-col">
        <Step
          label={`Move ${queue.name} up`}
          icon="chevronUp"
          off={index === 0}
          go={() => moves.move(queue, index - 1)}
        />
        <Step
          label={`Move ${queue.name} down`}
          icon="chevronDown"
          off={index === last}
          go={() => moves.move(queue, index + 1)}
        />
      </span>
    </span>
  );
}

function Step(props: {
  readonly label: string;
  readonly icon: "chevronUp" | "chevronDown";
  readonly off: boolean;
  readonly go: () => void;
}) {
  return (
    <button
      type="button"
      aria-label={props.label}
      title={props.label}
      disabled={props.off}
      onClick={props.go}
      className="inline-flex h-6 w-6 items-center justify-center rounded-sm text-faint hover:bg-pressed hover:text-text disabled:opacity-30"
    >
      <Icon name={props.icon} className="size-3" />
    </button>
  );
}

/** Moves a queue on the page at once, and then on the server. */
function useMoves(page: WorkPoolPage) {
  const { pool, queues } = page;
  const queryClient = useQueryClient();
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const [told, setTold] = useState("");
  const { queryKey } = workPoolQuery(pool.name);
  const change = useChange(pool.name, ({ name, priority }: Pick<WorkQueueRow, "name" | "priority">) =>
    changeQueue(pool.name, name, { priority }),
  );
  const move = (queue: WorkQueueRow, to: number) => {
    const moved = movedTo(queues, queue.id, to);
    if (moved === undefined) return;
    // An answer that is under way shows the order before.
    void queryClient.cancelQueries({ queryKey });
    queryClient.setQueryData<WorkPoolPage>(queryKey, (now) =>
      now === undefined ? now : { ...now, queues: [...moved.queues] },
    );
    setTold(`${queue.name} is now at place ${to + 1} of ${queues.length}.`);
    change.mutate({ name: queue.name, priority: moved.priority });
  };
  const end = () => {
    setDragged(undefined);
    setOver(undefined);
  };
  return {
    error: change.error,
    told,
    over,
    move,
    end,
    start(event: DragEvent, index: number) {
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", queues[index]?.name ?? "");
      setDragged(index);
    },
    target: (index: number) => ({
      onDragOver(event: DragEvent) {
        if (dragged === undefined) return;
        event.preventDefault();
        setOver(index === dragged ? undefined : index);
      },
      onDrop(event: DragEvent) {
        const queue = dragged === undefined ? undefined : queues[dragged];
        end();
        if (queue === undefined) return;
        event.preventDefault();
        move(queue, index);
      },
    }),
  };
}

function useChange<Given>(pool: string, mutationFn: (given: Given) => Promise<unknown>) {
  const queryClient = useQueryClient();
  const { queryKey } = workPoolQuery(pool);
  return useMutation({
    mutationKey: queryKey,
    mutationFn,
    // One after the other, in the order in which they were made.
    scope: { id: queryKey.join() },
    onSettled: () =>
      queryClient.isMutating({ mutationKey: queryKey }) > 1 ? undefined : queryClient.invalidateQueries({ queryKey }),
  });
}
