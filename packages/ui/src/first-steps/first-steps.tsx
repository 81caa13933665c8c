import { type ReactNode, useState } from "react";
import { apiBase } from "../base-path.ts";
import { CodeBlock } from "../components/empty.tsx";
import { Tabs } from "../components/tabs.tsx";
import { type firstRun, prefectCommand, startCommand, type Way } from "./programs.ts";

const ways = [
  { value: "typescript", label: "TypeScript" },
  { value: "python", label: "Python" },
  { value: "prefect", label: "From Prefect" },
] as const;

/** The content of an empty page: one sentence, and programs that fill it as they are. The page waits and shows new data. */
export function FirstSteps(props: {
  readonly title: string;
  readonly children: ReactNode;
  readonly programs: typeof firstRun;
  /** The object that the page waits for. */
  readonly awaited: string;
}) {
  const [way, setWay] = useState<Way>("typescript");
  return (
    <section className="mx-auto flex w-full max-w-xl min-w-0 flex-col gap-3 px-1 py-8 sm:px-4 sm:py-12">
      <h2 className="text-base font-semibold">{props.title}</h2>
      <p className="text-muted">{props.children}</p>
      <Tabs label="Ways to begin" tabs={ways} value={way} onChange={setWay}>
        {way === "prefect" ? <FromPrefect /> : <Written way={way} programs={props.programs} />}
      </Tabs>
      <p className="flex items-center gap-2 text-muted">
        <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
        Waiting for {props.awaited}: it appears here by itself.
      </p>
    </section>
  );
}

function Written({
  way,
  programs,
}: {
  readonly way: Exclude<Way, "prefect">;
  readonly programs: Parameters<typeof FirstSteps>[0]["programs"];
}) {
  const { file, code } = programs[way];
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {/* On a phone each half has its line, which the fonts that come later don't break elsewhere. */}
      <p className="text-muted">
        <span className="max-sm:block">
          Run <code>{installCommand[way]}</code>,
        </span>{" "}
        <span className="max-sm:block">
          save this as <code>{file}</code>
        </span>
      </p>
      <CodeBlock code={code} />
      <p className="text-muted">and start it:</p>
      <CodeBlock code={startCommand(way, file, apiBase)} label="Copy the command" />
    </div>
  );
}

const installCommand = { typescript: "npm install ostinato", python: "pip install prefect" } as const;

function FromPrefect() {
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="text-muted">
        Flows written for Prefect 3 run against this server as they are. Point Prefect at it, then start them as before:
      </p>
      <CodeBlock code={prefectCommand(apiBase)} label="Copy the command" />
    </div>
  );
}
