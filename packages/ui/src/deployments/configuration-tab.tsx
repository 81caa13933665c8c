import { type ReactNode, useState } from "react";
import type { Deployment, DeploymentPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Copyable } from "../components/copy.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Markdown } from "../components/markdown.tsx";
import { Fact, Facts } from "../components/page.tsx";
import { Tags } from "../components/tag.tsx";
import { amount, exact, seconds } from "../format.ts";
import { EditConfiguration } from "./edit-configuration.tsx";
import { EditJobVariables } from "./edit-job-variables.tsx";

/** What the deployment says beside its schedules and parameters. */
export function ConfigurationTab({ page }: { readonly page: DeploymentPage }) {
  const { deployment } = page;
  const [editing, setEditing] = useState(false);
  const [editingVariables, setEditingVariables] = useState(false);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center gap-3">
        <Button icon="edit" onClick={() => setEditing(true)}>
          Edit
        </Button>
        <p className="text-muted">A program that serves the deployment sets all of this again when it starts.</p>
      </div>
      <div className="grid min-w-0 gap-6 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Part name="Description">
            {deployment.description === null || deployment.description === "" ? (
              <p className="text-muted">none</p>
            ) : (
              <Markdown text={deployment.description} />
            )}
          </Part>
          <Part name="How it runs">
            <Facts>
              <Fact name="Runs at once">{limitText(deployment)}</Fact>
              <Fact name="Missed runs">{missedText[deployment.run_policy.missed ?? "all"]}</Fact>
              <Fact name="Expiry">
                {deployment.run_policy.expire_after_seconds == null
                  ? "never: a run starts however late it is"
                  : `a run that has not started ${seconds(deployment.run_policy.expire_after_seconds)} after its time is cancelled`}
              </Fact>
              <Fact name="After a crash">{crashText(deployment)}</Fact>
            </Facts>
          </Part>
          <Part name="Job variables">
            {deployment.work_pool_name === null ? null : (
              <Button icon="edit" className="mb-2" onClick={() => setEditingVariables(true)}>
                Edit the job variables
              </Button>
            )}
            <JsonOrNone value={deployment.job_variables} />
          </Part>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Part name="Where it comes from">
            <Origin deployment={deployment} />
          </Part>
          <Part name="Labels">
            <JsonOrNone value={deployment.labels} />
          </Part>
          {deployment.pull_steps === null || deployment.pull_steps.length === 0 ? null : (
            <Part name="Pull steps">
              <JsonView value={deployment.pull_steps} />
            </Part>
          )}
        </div>
      </div>
      {editing ? <EditConfiguration deployment={deployment} onClose={() => setEditing(false)} /> : null}
      {editingVariables && deployment.work_pool_name !== null ? (
        <EditJobVariables
          deployment={deployment}
          pool={deployment.work_pool_name}
          onClose={() => setEditingVariables(false)}
        />
      ) : null}
    </div>
  );
}

function Origin({ deployment }: { readonly deployment: Deployment }) {
  const { entrypoint, path, version, work_pool_name: pool, work_queue_name: queue } = deployment;
  return (
    <Facts>
      <Fact name="Id">
        <Copyable text={deployment.id} label="Copy the id" />
      </Fact>
      <Fact name="Entrypoint">
        {entrypoint === null ? "–" : <Copyable text={entrypoint} label="Copy the entrypoint" />}
      </Fact>
      <Fact name="Path">{path === null ? "–" : <Copyable text={path} label="Copy the path" />}</Fact>
      <Fact name="Version">{version ?? "–"}</Fact>
      <Fact name="Work pool">{pool ?? "none: a program serves it"}</Fact>
      {queue === null ? null : <Fact name="Work queue">{queue}</Fact>}
      <Fact name="Tags">{deployment.tags.length === 0 ? "–" : <Tags wrap tags={deployment.tags} most={30} />}</Fact>
      <Fact name="Created">{by(deployment.created, deployment.created_by)}</Fact>
      <Fact name="Changed">{by(deployment.updated, deployment.updated_by)}</Fact>
    </Facts>
  );
}

function by(time: string, maker: Deployment["created_by"]): string {
  const name = maker?.display_value ?? null;
  return `${exact(time)}${name === null ? "" : ` by ${name}`}`;
}

function Part({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h2 className="mb-1 font-semibold">{name}</h2>
      {children}
    </section>
  );
}

function JsonOrNone({ value }: { readonly value: object }) {
  return Object.keys(value).length === 0 ? <p className="text-muted">none</p> : <JsonView value={value} />;
}

function limitText({ global_concurrency_limit: limit, concurrency_options: options }: Deployment): string {
  if (limit === null) return "any number of runs";
  const more = options?.collision_strategy === "CANCEL_NEW" ? "a further one is cancelled" : "a further one waits";
  return `at most ${amount(limit.limit, "run")}; ${more}`;
}

const missedText = {
  all: "all start, late",
  latest: "the latest starts, late; those before it are cancelled",
  none: "are cancelled",
} as const;

function crashText({ run_policy: { on_crash, max_restarts } }: Deployment): string {
  if (on_crash !== "restart") return "a run stays crashed";
  return `a run starts again after its last finished task, at most ${amount(max_restarts ?? 3, "time")}`;
}
