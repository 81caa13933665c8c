import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { WorkPoolPage } from "../api/types.ts";
import { ConfirmDialog } from "../components/dialog.tsx";
import { amount, count } from "../format.ts";
import { deletePool } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

/** Asks before a pool is deleted, and names what would not run any more. */
export function DeletePoolDialog(props: {
  readonly name: string;
  readonly onClose: () => void;
  readonly onDeleted?: () => Promise<void>;
}) {
  const { name, onClose } = props;
  const queryClient = useQueryClient();
  const { data: page } = useQuery(workPoolQuery(name));
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${name}`}
      action="Delete the work pool"
      keep="Keep the work pool"
      danger
      onConfirm={async () => {
        await deletePool(name);
        await props.onDeleted?.();
        queryClient.removeQueries({ queryKey: workPoolQuery(name).queryKey });
        await queryClient.invalidateQueries({ queryKey: ["work-pools", "list"] });
      }}
    >
      <div className="flex flex-col gap-2">
        <p>The pool is deleted with its queues and workers. Its deployments and runs stay. This can't be undone.</p>
        {page === undefined ? null : <WhatBreaks page={page} />}
      </div>
    </ConfirmDialog>
  );
}

function WhatBreaks({ page }: { readonly page: WorkPoolPage }) {
  const { deployments, late, active_slots: active, workers_online: online } = page;
  const others = deployments.count - deployments.results.length;
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5">
      {deployments.count === 0 ? null : (
        <li>
          {amount(deployments.count, "deployment")} would have no pool, and nothing would start{" "}
          {deployments.count === 1 ? "its" : "their"} runs:{" "}
          {deployments.results.map(({ id, name, flow_name }, index) => (
            <span key={id}>
              {index === 0 ? "" : ", "}
              <Link to="/deployments/$id" params={{ id }} className="text-text hover:underline">
                {flow_name}/{name}
              </Link>
            </span>
          ))}
          {others > 0 ? ` and ${others} more` : ""}.
        </li>
      )}
      {active === 0 ? null : (
        <li>{active === 1 ? "One run that has started goes" : `${count(active)} runs that have started go`} on.</li>
      )}
      {late === 0 ? null : (
        <li>{late === 1 ? "One run that waits" : `${count(late)} runs that wait`} would not start.</li>
      )}
      {online === 0 ? null : (
        <li>{online === 1 ? "One worker that is" : `${count(online)} workers that are`} online would find no pool.</li>
      )}
    </ul>
  );
}
