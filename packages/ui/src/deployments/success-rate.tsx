import { Link } from "@tanstack/react-router";
import type { StateCounts } from "../api/types.ts";
import { successRate } from "../flows/run-figures.ts";
import { percent } from "../format.ts";

/** The share of runs of 30 days that completed; links to those that did not. */
export function SuccessRate({
  deployment,
}: {
  readonly deployment: { readonly id: string; readonly name: string; readonly counts: StateCounts };
}) {
  const { id, name, counts } = deployment;
  const rate = successRate(counts);
  if (rate === null) return <span className="text-faint">–</span>;
  const failed = (counts.FAILED ?? 0) + (counts.CRASHED ?? 0);
  if (failed === 0) return percent(rate);
  return (
    <Link
      to="/runs"
      search={{ deployment: [id], state: ["FAILED", "CRASHED"], since: "30d" }}
      aria-label={`${percent(rate)}: ${failed} failed of ${name} in 30 days`}
      className={`hover:underline ${rate < 0.9 ? "text-(--state-failed)" : ""}`}
    >
      {percent(rate)}
    </Link>
  );
}
