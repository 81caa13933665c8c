import { stateNames } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { QuestionInList } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";
import { StateIcon } from "../runs/state.tsx";
import { plainText } from "./plain-text.ts";
import { ShortTimeLeft } from "./time-left.tsx";

/** The server lists no more. */
const maxListed = 20;

/** What paused runs ask of people, the most urgent first. */
export function WaitsForYou({ questions }: { readonly questions: readonly QuestionInList[] }) {
  return (
    <Section
      title={
        <>
          Waits for you{" "}
          <span className="font-normal text-faint">
            {questions.length < maxListed ? count(questions.length) : `${maxListed}+`}
          </span>
        </>
      }
      tools={
        <Link to="/runs" search={{ state: ["PAUSED"] }} className="text-xs text-muted hover:text-text">
          All<span className="sr-only"> paused runs</span>
        </Link>
      }
    >
      <ul>
        {questions.map((question) => (
          <QuestionRow key={question.id} question={question} />
        ))}
      </ul>
    </Section>
  );
}

function QuestionRow({ question }: { readonly question: QuestionInList }) {
  const { flow_run_id: id, title, summary, until, has_input, is_suspended } = question;
  const text = plainText(summary ?? "");
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 border-b px-3 py-2 last:border-0 hover:bg-hover">
      <StateIcon type="PAUSED" name={is_suspended ? stateNames.suspended : null} asks={has_input} />
      <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        <Link
          to="/runs/flow-run/$id"
          params={{ id }}
          dir="auto"
          className="min-w-0 truncate font-medium hover:underline"
        >
          {title ?? (has_input ? "Waits for input" : "Waits to be resumed")}
        </Link>
        <span className="min-w-0 truncate text-xs text-faint">
          {question.flow_run_name} · {question.flow_name}
        </span>
      </span>
      <Link
        to="/runs/flow-run/$id"
        params={{ id }}
        className={`${buttonClass("primary")} row-span-2 self-start`}
        aria-label={`${has_input ? "Answer" : "Resume"} ${title ?? question.flow_run_name}`}
      >
        {has_input ? "Answer" : "Resume"}
      </Link>
      <p className="col-start-2 flex min-w-0 flex-wrap gap-x-3 text-xs text-muted">
        <span>
          asked <RelativeTime time={question.asked} />
        </span>
        {until === null ? null : <ShortTimeLeft until={until} />}
        {text === "" ? null : (
          <span dir="auto" className="line-clamp-1 min-w-0 basis-full break-words">
            {text}
          </span>
        )}
      </p>
    </li>
  );
}
