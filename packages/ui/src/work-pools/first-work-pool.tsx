import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { apiBase, passwordRequired } from "../base-path.ts";
import { buttonClass } from "../components/button.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { Icon } from "../components/icon.tsx";
import { Tabs } from "../components/tabs.tsx";

const ways = [
  { value: "ostinato", label: "TypeScript" },
  { value: "prefect", label: "From Prefect" },
] as const;
type Way = (typeof ways)[number]["value"];

/** The content of the empty list: what a work pool is, a button, and the commands that make a pool with a worker. */
export function FirstWorkPool() {
  const [way, setWay] = useState<Way>("ostinato");
  return (
    <section className="mx-auto flex w-full max-w-xl min-w-0 flex-col gap-3 px-1 py-8 sm:px-4 sm:py-12">
      <h2 className="text-base font-semibold">No work pool yet</h2>
      <p className="text-muted">
        A work pool is where runs wait for a machine. Deployments name it, and workers on any machine take its runs: in
        processes, in containers, or in a cluster.
      </p>
      <Link to="/new-work-pool" className={`${buttonClass("primary")} self-start`}>
        <Icon name="plus" className="size-3.5" /> Create a work pool
      </Link>
      <p className="text-muted">Or start a worker in a terminal. It makes its pool where there is none:</p>
      <Tabs label="Ways to begin" tabs={ways} value={way} onChange={setWay}>
        <CodeBlock code={firstPoolCommand(way)} label="Copy the command" />
      </Tabs>
      <p className="flex items-center gap-2 text-muted">
        <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
        Waiting for the first work pool: it appears here by itself.
      </p>
    </section>
  );
}

function firstPoolCommand(way: Way): string {
  const password = (prefix: string) => (passwordRequired ? ` ${prefix}_API_AUTH_STRING=user:password` : "");
  return way === "ostinato"
    ? `OSTINATO_API_URL=${apiBase}${password("OSTINATO")} npx ostinato worker start --pool my-pool --type process --create`
    : `PREFECT_API_URL=${apiBase}${password("PREFECT")} prefect worker start --pool my-pool --type process`;
}
