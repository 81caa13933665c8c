import type { ServerPage } from "@ostinato/protocol";
import { useQuery } from "@tanstack/react-query";
import { apiBase } from "../base-path.ts";
import { Copyable } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { Fact, Facts, Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { bytes, count } from "../format.ts";
import { ThemeSwitch } from "../frame/theme-switch.tsx";
import { DeadLettersSection } from "./dead-letters-section.tsx";
import { RetentionSection } from "./retention-section.tsx";
import { serverQuery } from "./settings.queries.ts";

const maxCounted = 1_000_000;
/** Above this number PostgreSQL's planner estimates, in thousands. */
const exactOnPostgres = 50_000;

const nouns = {
  flow_runs: "Flow runs",
  task_runs: "Task runs",
  logs: "Log lines",
  artifacts: "Artifacts",
  events: "Events",
} as const;

export function SettingsPage() {
  const query = useQuery(serverQuery);
  const server = query.data;
  return (
    <Page title="Settings">
      <div className="flex max-w-3xl flex-col gap-4">
        <Section title="Theme">
          <div className="flex items-center justify-between gap-4 p-3">
            <p className="text-muted">Light, dark, or the theme of the system. Stored in this browser.</p>
            <ThemeSwitch />
          </div>
        </Section>
        {query.isError ? (
          <Failure error={query.error} what="The server's settings" onRetry={() => void query.refetch()} />
        ) : null}
        {server === undefined ? (
          query.isError ? null : (
            <Skeleton rows={10} height={24} />
          )
        ) : (
          <>
            <Section title="Server">
              <div className="p-3">
                <Facts>
                  <Fact name="Version">Ostinato {server.version}</Fact>
                  <Fact name="Started">
                    <RelativeTime time={server.started} />
                  </Fact>
                  <Fact name="API">
                    <Copyable text={apiBase} label="Copy the address of the API" />
                  </Fact>
                  <Fact name="Description">
                    <a href={`${apiBase}/docs`} className="text-accent hover:underline">
                      All operations
                    </a>
                    {" · "}
                    <a href={`${apiBase}/openapi.json`} className="text-accent hover:underline">
                      OpenAPI
                    </a>
                    {" · "}
                    <a href={`${apiBase}/metrics`} className="text-accent hover:underline">
                      Metrics
                    </a>
                  </Fact>
                </Facts>
              </div>
            </Section>
            <Section title="Database">
              <div className="p-3">
                <Facts>
                  <Fact name="Kind">{server.database === "sqlite" ? "SQLite" : "PostgreSQL"}</Fact>
                  <Fact name="Location">
                    <Copyable text={server.database_location} label="Copy the location of the database" />
                  </Fact>
                  <Fact name="Size">
                    {server.database_size_bytes === null ? "–" : bytes(server.database_size_bytes)}
                  </Fact>
                  <Fact name="Last migration">{server.migration}</Fact>
                  {Object.entries(nouns).map(([key, name]) => {
                    const value = server.counts[key as keyof typeof nouns];
                    return (
                      <Fact key={key} name={name}>
                        {howMany(value, server.database)}
                      </Fact>
                    );
                  })}
                </Facts>
              </div>
            </Section>
            <RetentionSection retention={server.retention} />
            <DeadLettersSection />
            <Section title="Settings of the server">
              <p className="border-b px-3 py-2 text-xs text-faint">
                Each is set by an environment variable when the server starts.
              </p>
              <dl>
                {server.settings.map((setting) => (
                  <div
                    key={setting.variable}
                    className="grid gap-x-4 border-b px-3 py-2 last:border-0 sm:grid-cols-[minmax(0,1fr)_minmax(0,240px)]"
                  >
                    <dt className="min-w-0">
                      <span className="font-medium">{setting.name}</span>
                      <span className="block text-xs break-words text-muted">{setting.about}</span>
                      <code className="text-2xs break-all text-faint">{setting.variable}</code>
                    </dt>
                    <dd className="font-mono text-xs leading-5 break-all sm:text-right">
                      {setting.value === "" ? <span className="text-faint">not set</span> : setting.value}
                    </dd>
                  </div>
                ))}
              </dl>
            </Section>
          </>
        )}
      </div>
    </Page>
  );
}

function howMany(rows: number, database: ServerPage["database"]): string {
  if (rows >= maxCounted) return `${count(rows)}+`;
  return database === "postgresql" && rows >= exactOnPostgres ? `about ${count(rows)}` : count(rows);
}
