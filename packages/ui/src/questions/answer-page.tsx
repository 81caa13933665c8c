import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { QuestionPage } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon, type IconName } from "../components/icon.tsx";
import { Mark } from "../components/mark.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { announce } from "../frame/announcements.ts";
import { AnswerForm } from "./answer-form.tsx";
import { OutcomeText } from "./outcome-text.tsx";
import { QuestionText, titleOf } from "./question-text.tsx";
import { questionQuery } from "./questions.queries.ts";

const route = getRouteApi("/runs/flow-run/$id/answer");
const restMs = 300;

/** One question of a run and nothing else, for people who come by its link. */
export function AnswerPage() {
  const { id } = route.useParams();
  const { question } = route.useSearch();
  const queryClient = useQueryClient();
  const query = useQuery(questionQuery(id, question));
  const again = useRested(() => queryClient.invalidateQueries({ queryKey: ["flow-run", id, "question"] }), restMs);
  useLive(
    { kind: "flow-run", flow_run_id: id },
    {
      onChanges: (changes) => {
        if (changes.some((change) => change.kind === "flow-run" && change.row.id === id)) again();
      },
      onResync: again,
    },
  );
  const page = query.data;
  if (page === undefined) {
    return (
      <Sheet title="Question">
        {query.isError ? (
          <Failure error={query.error} what="The flow run" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={8} />
        )}
      </Sheet>
    );
  }
  return <Asked key={page.question?.id ?? "none"} page={page} onChanged={again} />;
}

function Asked({ page, onChanged }: { readonly page: QuestionPage; readonly onChanged: () => void }) {
  const [isAnswered, setAnswered] = useState(false);
  const [isBegun, setBegun] = useState(false);
  const { question, outcome, flow_run: run } = page;
  if (question === null) {
    return (
      <Sheet title={run.name} of={run.flow_name}>
        <Told page={page} icon="clock" title="The run asks nothing">
          It has no question under this address.
        </Told>
      </Sheet>
    );
  }
  const title = titleOf(question);
  if (isAnswered) {
    return (
      <Sheet title={title} of={run.flow_name}>
        <Told page={page} icon="check" title="Thank you">
          Your answer was sent, and the run goes on.
        </Told>
      </Sheet>
    );
  }
  if (outcome !== "open") {
    return (
      <Sheet title={title} of={run.flow_name}>
        <Told page={page} icon={outcome === "answered" ? "check" : "clock"} title={outcomeTitle(outcome)}>
          <OutcomeText page={page} />
          {isBegun ? " What you wrote here was not sent." : ""}
        </Told>
      </Sheet>
    );
  }
  return (
    <Sheet title={title} of={run.flow_name}>
      <h1 dir="auto" className="text-xl font-semibold break-words">
        {title}
      </h1>
      <p className="text-muted">
        <RunLink page={page} /> of <span className="text-text">{run.flow_name}</span>
      </p>
      <QuestionText question={question} />
      {question.is_schema_missing ? (
        <Skeleton rows={3} height={28} />
      ) : (
        <AnswerForm
          key={question.id}
          question={question}
          onlyForm
          onBegun={() => setBegun(true)}
          onAnswered={() => {
            setAnswered(true);
            announce("Thank you. Your answer was sent, and the run goes on.");
            onChanged();
          }}
          onTooLate={() => {
            setBegun(true);
            onChanged();
          }}
        />
      )}
    </Sheet>
  );
}

function outcomeTitle(outcome: QuestionPage["outcome"]): string {
  switch (outcome) {
    case "answered":
      return "Answered already";
    case "timed-out":
      return "The time has run out";
    default:
      return "No answer is needed any more";
  }
}

/** The frame of the page: as wide as a text is read well, and the whole of a phone. */
function Sheet(props: { readonly title: string; readonly of?: string; readonly children: ReactNode }) {
  return (
    <Page title={props.title} {...(props.of === undefined ? {} : { titleOf: props.of })} ownHeading>
      <div className="mx-auto flex w-full max-w-2xl min-w-0 flex-col gap-3 max-sm:[&_:is(input,select,textarea)]:text-[16px] sm:mt-6 sm:rounded-lg sm:border sm:bg-surface sm:p-5">
        <p className="flex items-center gap-2 font-semibold text-muted">
          <Mark />
          Ostinato
        </p>
        {props.children}
      </div>
    </Page>
  );
}

function Told(props: {
  readonly page: QuestionPage;
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
}) {
  const { page } = props;
  return (
    <>
      <h1 className="flex items-center gap-2 text-xl font-semibold">
        <Icon name={props.icon} className="size-5" />
        {props.title}
      </h1>
      {page.question === null ? null : (
        <p dir="auto" className="break-words">
          {titleOf(page.question)}
        </p>
      )}
      <p role="status" className="text-muted">
        {props.children}
      </p>
      <div className="flex flex-wrap gap-2">
        {page.next === null ? null : (
          <Link
            to="/runs/flow-run/$id/answer"
            params={{ id: page.flow_run.id }}
            search={{ question: page.next }}
            className={buttonClass("primary")}
          >
            The run asks something else now
          </Link>
        )}
        <Link to="/runs/flow-run/$id" params={{ id: page.flow_run.id }} className={buttonClass()}>
          Open the run
        </Link>
      </div>
    </>
  );
}

function RunLink({ page: { flow_run: run } }: { readonly page: QuestionPage }) {
  return (
    <Link to="/runs/flow-run/$id" params={{ id: run.id }} className="text-text underline">
      {run.name}
    </Link>
  );
}
