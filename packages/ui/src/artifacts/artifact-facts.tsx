import { Link } from "@tanstack/react-router";
import type { ArtifactPage } from "../api/types.ts";
import { CopyButton } from "../components/copy.tsx";
import { Fact, Facts } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { dateAndClock } from "../format.ts";
import { StateIcon } from "../runs/state.tsx";

/** What an artifact is, and what made it. */
export function ArtifactFacts({ page }: { readonly page: ArtifactPage }) {
  const { artifact, flow_run: flowRun, task_run: taskRun } = page;
  return (
    <section aria-label="About this artifact" className="min-w-0 rounded-lg border bg-surface p-3">
      <Facts>
        <Fact name="Key">
          {artifact.key === null ? (
            <span className="text-faint">none</span>
          ) : (
            <span className="font-mono text-xs">{artifact.key}</span>
          )}
        </Fact>
        <Fact name="Type">{artifact.type ?? "data"}</Fact>
        <Fact name="Created">
          {dateAndClock(artifact.created)}{" "}
          <span className="text-faint">
            (<RelativeTime time={artifact.created} />)
          </span>
        </Fact>
        {artifact.updated === artifact.created ? null : (
          <Fact name="Updated">
            <RelativeTime time={artifact.updated} />
          </Fact>
        )}
        {flowRun === null ? null : (
          <>
            <Fact name="Flow">
              <Link to="/flows/flow/$id" params={{ id: flowRun.flow_id }} className="hover:underline">
                {flowRun.flow_name}
              </Link>
            </Fact>
            <Fact name="Run">
              <Link
                to="/runs/flow-run/$id"
                params={{ id: flowRun.id }}
                className="inline-flex max-w-full items-center gap-1 hover:underline"
              >
                <StateIcon type={flowRun.state_type} name={flowRun.state_name} className="size-3.5" />
                <span className="truncate">{flowRun.name}</span>
              </Link>
            </Fact>
          </>
        )}
        {taskRun === null ? null : (
          <Fact name="Task">
            <Link to="/runs/task-run/$id" params={{ id: taskRun.id }} className="hover:underline">
              {taskRun.name}
            </Link>
          </Fact>
        )}
        {Object.entries(artifact.metadata_ ?? {}).map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
        <Fact name="Id">
          <span className="font-mono text-xs break-all">{artifact.id}</span>{" "}
          <CopyButton text={artifact.id} label="Copy the id" />
        </Fact>
      </Facts>
    </section>
  );
}
