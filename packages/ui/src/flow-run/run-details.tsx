import type { FlowRunPage } from "../api/types.ts";
import { Copyable } from "../components/copy.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Fact, Facts } from "../components/page.tsx";
import { Tags } from "../components/tag.tsx";
import { exact, seconds } from "../format.ts";
import { States } from "../task-run/task-run-details.tsx";

export function RunDetails({ page }: { readonly page: FlowRunPage }) {
  const run = page.flow_run;
  const labels = Object.keys(run.labels).length === 0 ? null : run.labels;
  return (
    <div className="grid min-w-0 gap-6 lg:grid-cols-2">
      <Facts>
        <Fact name="Id">
          <Copyable text={run.id} label="Copy the id" />
        </Fact>
        <Fact name="Flow">
          <Copyable text={run.flow_id} label="Copy the flow's id" />
        </Fact>
        {run.flow_version === null ? null : <Fact name="Flow version">{run.flow_version}</Fact>}
        <Fact name="Created">{exact(run.created)}</Fact>
        <Fact name="Expected">{run.expected_start_time === null ? "–" : exact(run.expected_start_time)}</Fact>
        <Fact name="Started">{run.start_time === null ? "–" : exact(run.start_time)}</Fact>
        <Fact name="Ended">{run.end_time === null ? "–" : exact(run.end_time)}</Fact>
        <Fact name="Time running">{seconds(run.total_run_time)}</Fact>
        <Fact name="Attempts">{run.run_count}</Fact>
        <Fact name="Retries">{run.empirical_policy.retries ?? 0}</Fact>
        <Fact name="Tags">{run.tags.length === 0 ? "–" : <Tags wrap tags={run.tags} most={30} />}</Fact>
        {run.idempotency_key === null ? null : (
          <Fact name="Idempotency key">
            <Copyable text={run.idempotency_key} label="Copy the idempotency key" />
          </Fact>
        )}
        {run.infrastructure_pid === null ? null : (
          <Fact name="Infrastructure">
            <Copyable text={run.infrastructure_pid} label="Copy the id of the infrastructure" />
          </Fact>
        )}
        {run.priority === 0 ? null : <Fact name="Priority">{run.priority}</Fact>}
        {run.job_variables === null || Object.keys(run.job_variables).length === 0 ? null : (
          <Fact name="Job variables">
            <JsonView value={run.job_variables} />
          </Fact>
        )}
        <Fact name="Kept results">{page.kept_result_count}</Fact>
        {labels === null ? null : (
          <Fact name="Labels">
            <JsonView value={labels} />
          </Fact>
        )}
      </Facts>
      <States states={page.states} />
    </div>
  );
}
