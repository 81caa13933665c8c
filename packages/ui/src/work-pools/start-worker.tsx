import { useState } from "react";
import { apiBase } from "../base-path.ts";
import { Segmented } from "../components/button.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { count } from "../format.ts";
import { workerCommands } from "./worker-commands.ts";

/** The command that starts a worker of a pool, for TypeScript and for Prefect. */
export function StartWorker(props: {
  readonly pool: { readonly name: string; readonly type: string };
  /** Where the worker is to take runs of one queue only. */
  readonly queue?: string;
}) {
  const commands = workerCommands(props.pool, apiBase, props.queue);
  const [way, setWay] = useState(commands[0]?.value ?? "prefect");
  const chosen = commands.find(({ value }) => value === way) ?? commands[0];
  if (chosen === undefined) return null;
  return (
    <div className="flex w-full min-w-0 max-w-3xl flex-col gap-2">
      {commands.length === 1 ? null : (
        <Segmented label="The worker's language" value={way} options={commands} onChange={setWay} />
      )}
      <CodeBlock code={chosen.code} label="Copy the command" />
    </div>
  );
}

/** The same with the sentence that the page waits, shown until a worker comes. */
export function AwaitWorker(props: {
  readonly pool: { readonly name: string; readonly type: string };
  /** How many runs are late. */
  readonly late: number;
}) {
  const { pool, late } = props;
  return (
    <section
      aria-label="Start a worker"
      className="flex flex-col gap-2 rounded-lg border border-l-3 border-l-accent bg-surface px-3 py-2.5"
    >
      <p className="font-medium">
        {late === 0 ? "" : late === 1 ? "One run waits for a worker. " : `${count(late)} runs wait for a worker. `}
        Start one on the machine that is to run them:
      </p>
      <StartWorker pool={pool} />
      <p className="flex items-center gap-2 text-muted">
        <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
        Waiting for the first worker: it appears here by itself.
      </p>
    </section>
  );
}
