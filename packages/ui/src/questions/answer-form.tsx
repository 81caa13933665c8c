import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useMemo, useRef, useState } from "react";
import type { Question } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { type FormValue, toFormData } from "../forms/form-data.ts";
import { type FormProblem, problemsIn } from "../forms/form-problems.ts";
import { ValuesForm, type WrittenValues } from "../forms/schema-form.tsx";
import { useServerCheck } from "../forms/server-check.ts";
import { problemInRefusal } from "../forms/server-problems.ts";
import { resumeRun } from "../runs/run-actions.ts";
import { dropDraft, keepDraft, readDraft } from "./answer-draft.ts";
import { type AnswerBase, answerBase, placeInWords } from "./answer-values.ts";
import { hasFields } from "./has-fields.ts";
import { inWords } from "./refusals.ts";

export interface AnswerFormProps {
  readonly question: Question;
  /** Whether the answer can't be written as JSON. */
  readonly onlyForm?: boolean;
  /** Called once something has been entered. */
  readonly onBegun?: () => void;
  readonly onAnswered: () => void;
  /** Called where the run has gone on without this answer. */
  readonly onTooLate: () => void;
}

/** The form of a question, or a button alone where there is nothing to fill in. */
export function AnswerForm({ question, onlyForm = false, onBegun, onAnswered, onTooLate }: AnswerFormProps) {
  const { schema } = question;
  const isForm = hasFields(schema);
  const base = useMemo(() => answerBase(schema), [schema]);
  const [draft, setDraft] = useState(() => (isForm ? readDraft(question.id) : undefined));
  const begin = draft ?? base.begin;
  const [written, setWritten] = useState<WrittenValues>(() => ({ value: begin, isValid: isValid(base, begin) }));
  const [isTouched, setTouched] = useState(draft !== undefined);
  const [showProblems, setShowProblems] = useState(false);
  const [isWarned, setWarned] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const found = useServerCheck(isTouched ? schema : null, written.value);
  const send = useMutation({
    mutationFn: () =>
      resumeRun(question.flow_run_id, {
        answers: question.id,
        ...(schema === null ? {} : { input: written.value }),
      }),
    onSuccess: () => {
      dropDraft(question.id);
      onAnswered();
    },
    onError: (error) => {
      focusFirstProblem(element.current);
      if (inWords(error).isTooLate) onTooLate();
    },
  });
  const refusal = send.isError ? inWords(send.error) : undefined;
  const refused = refusal === undefined ? undefined : problemInRefusal(refusal.reason);
  const isEmpty = isForm && Object.keys(written.value).length === 0;
  const startAnew = () => {
    dropDraft(question.id);
    setDraft(undefined);
    setTouched(false);
    setWritten({ value: base.begin, isValid: isValid(base, base.begin) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShowProblems(true);
    if (!written.isValid) focusFirstProblem(element.current);
    else if (isEmpty && !isWarned) setWarned(true);
    else send.mutate();
  };
  return (
    <form ref={element} noValidate aria-label="Answer" onSubmit={submit} className="flex min-w-0 flex-col gap-3">
      {draft === undefined ? null : (
        <p role="status" className="flex flex-wrap items-center gap-x-2 text-muted">
          What you wrote before is filled in, but for secrets.
          <Button look="ghost" onClick={startAnew}>
            Start anew
          </Button>
        </p>
      )}
      {isForm ? (
        <ValuesForm
          key={draft === undefined ? "new" : "draft"}
          label="Answer"
          drawn={base.drawn}
          value={begin}
          serverProblems={refused === undefined ? found : [refused, ...found]}
          showProblems={showProblems}
          onlyForm={onlyForm}
          onChange={(next) => {
            onBegun?.();
            send.reset();
            setTouched(true);
            setWarned(false);
            setWritten(next);
            keepDraft(question.id, next.value, { drawn: base.drawn, schema });
          }}
        />
      ) : null}
      {showProblems && !written.isValid ? <Summary base={base} written={written} /> : null}
      {isWarned ? (
        <p role="alert" className="rounded-md border border-l-3 border-l-(--state-late) px-3 py-2">
          You have entered nothing. The run continues with the default of every field.
        </p>
      ) : null}
      {refusal === undefined ? null : (
        <p role="alert" className="break-words text-danger">
          {refusal.text}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" icon="play" disabled={send.isPending} className="max-sm:h-10 max-sm:grow">
          {!isForm ? "Resume" : isWarned ? "Resume with the defaults" : "Answer and resume"}
        </Button>
      </div>
    </form>
  );
}

/** Says which fields are wrong: whoever does not see the form hears where to go. */
function Summary({ base, written }: { readonly base: AnswerBase; readonly written: WrittenValues }) {
  const fields = problemsOf(base, written).filter(({ path }) => path.length > 0);
  return (
    <p role="alert" className="break-words text-danger">
      {fields.length < 2 ? "One field is missing or wrong" : `${fields.length} fields are missing or wrong`}
      {fields.length === 0 ? "." : `: ${fields.map(({ path }) => placeInWords(base.drawn, path)).join(", ")}.`}
    </p>
  );
}

function problemsOf({ drawn }: AnswerBase, { value }: WrittenValues): readonly FormProblem[] {
  return drawn === undefined ? [] : problemsIn(drawn, toFormData(value));
}

function isValid(base: AnswerBase, value: FormValue): boolean {
  return problemsOf(base, { value, isValid: true }).length === 0;
}

/** After the problems are shown. A group of choices has its focus in one of them. */
function focusFirstProblem(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => {
    const first = form?.querySelector<HTMLElement>("[aria-invalid=true]");
    (first?.querySelector<HTMLElement>("input") ?? first)?.focus();
  });
}
