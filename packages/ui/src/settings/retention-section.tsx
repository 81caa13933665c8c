import type { RetainedKind, Retention, RetentionPass } from "@ostinato/protocol";
import { Fact, Facts, Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount, bytes, count } from "../format.ts";

const kinds: Readonly<Record<RetainedKind, string>> = {
  runs: "Finished runs",
  logs: "Log lines",
  events: "Events",
  artifacts: "Artifacts, older versions",
  latest_artifacts: "Artifacts, newest of each key",
  results: "Data of results",
};

/** How long data is kept, and what the server removed last. */
export function RetentionSection({ retention }: { readonly retention: Retention }) {
  const { rules, running, last, waiting } = retention;
  return (
    <Section title="Retention">
      <p className="border-b px-3 py-2 text-xs text-faint">
        Older data is removed automatically, in small steps. Unfinished runs stay, with everything that their resume
        needs.
      </p>
      <div className="p-3">
        <Facts>
          {rules.map(({ kind, kept, variable }) => (
            <Fact key={kind} name={kinds[kind]}>
              <span title={variable}>{inWords(kept)}</span>
            </Fact>
          ))}
          <Fact name="Last pass">{running ? "going on now" : last === null ? "none yet" : <Pass pass={last} />}</Fact>
        </Facts>
        {waiting !== null && <p className="pt-3 text-xs">{waiting}</p>}
      </div>
    </Section>
  );
}

/** "90 days" for the setting `90d`. */
function inWords(kept: string): string {
  if (kept === "never") return "never removed";
  const [, value, unit = ""] = /^(\d+)([smhdw])$/.exec(kept) ?? [];
  const name = units[unit];
  return name === undefined ? kept : amount(Number(value), name);
}

const units: Readonly<Record<string, string>> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };

function Pass({ pass }: { readonly pass: RetentionPass }) {
  const rows = Object.values(pass.removed).reduce((sum, each) => sum + each, 0);
  return (
    <>
      <RelativeTime time={pass.finished} />
      {rows === 0 ? ", nothing to remove" : `, ${count(rows)} rows removed`}
      {pass.bytes_given_back === 0 ? "" : `, ${bytes(pass.bytes_given_back)} given back`}
    </>
  );
}
