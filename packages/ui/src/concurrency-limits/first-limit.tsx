import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { apiBase, passwordRequired } from "../base-path.ts";
import { Button } from "../components/button.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { Tabs } from "../components/tabs.tsx";

const ways = [
  { value: "typescript", label: "TypeScript" },
  { value: "python", label: "Python" },
] as const;
type Way = (typeof ways)[number]["value"];

/** The content of the empty list: what a limit is, a button, and the lines that make one and take a slot of it. */
export function FirstLimit({ onCreate }: { readonly onCreate: () => void }) {
  const [way, setWay] = useState<Way>("typescript");
  return (
    <section className="mx-auto flex w-full max-w-xl min-w-0 flex-col gap-3 px-1 py-8 sm:px-4 sm:py-12">
      <h2 className="text-base font-semibold">No limit yet</h2>
      <p className="text-muted">
        A limit has slots, which flows, tasks and programs share: those who find none wait in line, and the one that has
        waited longest is next. A rate frees its slots by itself.
      </p>
      <Button look="primary" icon="plus" className="self-start" onClick={onCreate}>
        Create a limit
      </Button>
      <p className="text-muted">Or make one in a terminal:</p>
      <Tabs label="Ways to begin" tabs={ways} value={way} onChange={setWay}>
        <div className="flex min-w-0 flex-col gap-2">
          <CodeBlock code={createCommand(way)} label="Copy the command" />
          <p className="text-muted">and take a slot of it wherever a program runs:</p>
          <CodeBlock code={takingCode[way]} />
        </div>
      </Tabs>
      <p className="text-muted">
        <Link to="/work-pools" className="text-accent hover:underline">
          Work pools and their queues
        </Link>{" "}
        have limits of their own.
      </p>
      <p className="flex items-center gap-2 text-muted">
        <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
        Waiting for the first limit: it appears here by itself.
      </p>
    </section>
  );
}

function createCommand(way: Way): string {
  const password = (prefix: string) => (passwordRequired ? ` ${prefix}_API_AUTH_STRING=user:password` : "");
  return way === "typescript"
    ? `OSTINATO_API_URL=${apiBase}${password("OSTINATO")} npx ostinato concurrency-limit create database --limit 2`
    : `PREFECT_API_URL=${apiBase}${password("PREFECT")} prefect gcl create database --limit 2`;
}

const takingCode: Readonly<Record<Way, string>> = {
  typescript: `import { concurrency } from "ostinato";

await using _slot = await concurrency("database");
console.log("no more than 2 are here at once");`,
  python: `from prefect.concurrency.sync import concurrency

with concurrency("database"):
    print("no more than 2 are here at once")`,
};
