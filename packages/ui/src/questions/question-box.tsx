import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FlowRunPage } from "../api/types.ts";
import { onDemand } from "../components/on-demand.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { announce } from "../frame/announcements.ts";
import { StateIcon } from "../runs/state.tsx";
import { lookOf, stateColor, statedOf } from "../states.ts";
import { CopyLink } from "./copy-link.tsx";
import { QuestionText, titleOf } from "./question-text.tsx";
import { SettledNote } from "./settled-note.tsx";

const AnswerForm = onDemand(
  () => import("./answer-form.tsx").then((module) => module.AnswerForm),
  <Skeleton rows={3} height={28} />,
);

/** A question that somebody has begun to answer in this window. */
interface Begun {
  readonly id: string;
  readonly isSent: boolean;
}

/**
 * What the run asks of people, with the form for the answer. Where the question is over before somebody who writes has answered, a note says
 * what became of it.
 */
export function QuestionBox({ page }: { readonly page: FlowRunPage }) {
  const { question, flow_run: run } = page;
  const queryClient = useQueryClient();
  const [begun, setBegun] = useState<Begun>();
  const again = () => void queryClient.invalidateQueries({ queryKey: ["flow-run", run.id] });
  const left = begun !== undefined && begun.id !== question?.id ? begun : undefined;
  const isSent = question !== null && begun?.id === question.id && begun.isSent;
  return (
    <>
      {left === undefined ? null : (
        <SettledNote flowRunId={run.id} question={left.id} isOwn={left.isSent} onClose={() => setBegun(undefined)} />
      )}
      {question === null ? null : (
        <section
          aria-label="What it waits for"
          className="flex min-w-0 flex-col gap-2.5 rounded-lg border border-l-3 bg-surface px-3 py-2.5"
          style={{ borderLeftColor: stateColor(lookOf(statedOf(run))) }}
        >
          <div className="flex min-w-0 items-start gap-2.5">
            <StateIcon silent {...statedOf(run)} className="mt-0.5 size-4" />
            <h2 dir="auto" className="mr-auto min-w-0 text-base font-semibold break-words">
              {titleOf(question)}
            </h2>
            <CopyLink question={question} />
          </div>
          <div className="flex min-w-0 max-w-3xl flex-col gap-2.5 sm:pl-6.5">
            <QuestionText question={question} />
            {isSent ? (
              <p className="text-muted">Your answer is on its way.</p>
            ) : question.is_schema_missing ? (
              <Skeleton rows={3} height={28} />
            ) : (
              <AnswerForm
                key={question.id}
                question={question}
                onBegun={() => setBegun({ id: question.id, isSent: false })}
                onAnswered={() => {
                  setBegun({ id: question.id, isSent: true });
                  announce("Your answer was sent. The run goes on.");
                  again();
                }}
                onTooLate={() => {
                  setBegun({ id: question.id, isSent: false });
                  again();
                }}
              />
            )}
          </div>
        </section>
      )}
    </>
  );
}
