import type { WorkPoolPage } from "../api/types.ts";
import { Copyable } from "../components/copy.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Fact, Facts } from "../components/page.tsx";
import { amount, exact } from "../format.ts";
import { lookOfPoolType } from "./pool-types.ts";

/** What the pool says beside its job template. */
export function PoolConfigurationTab({ page }: { readonly page: WorkPoolPage }) {
  const { pool, queues } = page;
  const defaultQueue = queues.find(({ id }) => id === pool.default_queue_id);
  const {
    bundle_upload_step,
    bundle_execution_step,
    default_result_storage_block_id: block,
  } = pool.storage_configuration;
  return (
    <Facts>
      <Fact name="Name">
        <Copyable text={pool.name} label="Copy the name" />
      </Fact>
      <Fact name="Id">
        <Copyable text={pool.id} label="Copy the id" />
      </Fact>
      <Fact name="Type">{lookOfPoolType(pool.type).label}</Fact>
      <Fact name="Runs at once">
        {pool.concurrency_limit === null ? "any number of runs" : `at most ${amount(pool.concurrency_limit, "run")}`}
      </Fact>
      <Fact name="Default queue">{defaultQueue?.name ?? "–"}</Fact>
      <Fact name="Created">{exact(pool.created)}</Fact>
      <Fact name="Changed">{exact(pool.updated)}</Fact>
      {block == null ? null : (
        <Fact name="Result storage">
          <Copyable text={block} label="Copy the id of the storage block" />
        </Fact>
      )}
      {bundle_upload_step == null ? null : (
        <Fact name="Upload of code">
          <JsonView value={bundle_upload_step} />
        </Fact>
      )}
      {bundle_execution_step == null ? null : (
        <Fact name="Start of code">
          <JsonView value={bundle_execution_step} />
        </Fact>
      )}
    </Facts>
  );
}
