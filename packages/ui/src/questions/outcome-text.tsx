import type { QuestionPage } from "../api/types.ts";
import { RelativeTime } from "../components/time.tsx";

/** What became of a question that nobody can answer any more. */
export function OutcomeText({ page: { outcome, settled } }: { readonly page: QuestionPage }) {
  const at = <RelativeTime time={settled} className="text-text" />;
  switch (outcome) {
    case "answered":
      return <>Somebody answered {at}, and the run went on.</>;
    case "timed-out":
      return <>Nobody answered in time: the time ran out {at}.</>;
    case "cancelled":
      return <>The run was cancelled {at}, so it needs no answer.</>;
    case "ended":
      return <>The run stopped waiting {at}, so it needs no answer.</>;
    default:
      return null;
  }
}
