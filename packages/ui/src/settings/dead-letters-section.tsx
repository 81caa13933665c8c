import type { DeadLetter } from "@ostinato/protocol";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { Failure, messageOf } from "../components/failure.tsx";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount } from "../format.ts";
import { deadLettersQuery, discard, retry } from "./dead-letters.queries.ts";

/** Work after a change that has failed too often, with the operator's actions. */
export function DeadLettersSection() {
  const query = useQuery(deadLettersQuery);
  const queryClient = useQueryClient();
  const [discarding, setDiscarding] = useState<readonly DeadLetter[]>([]);
  const [problem, setProblem] = useState<string>();
  const letters = query.data ?? [];
  const readAnew = () => queryClient.invalidateQueries({ queryKey: deadLettersQuery.queryKey });
  const tryAgain = (chosen: readonly DeadLetter[]) => {
    setProblem(undefined);
    retry(idsOf(chosen)).then(readAnew, (error: unknown) => setProblem(messageOf(error)));
  };
  const tools =
    letters.length < 2 ? null : (
      <>
        <Button look="ghost" onClick={() => tryAgain(letters)}>
          Retry all
        </Button>
        <Button look="ghost" onClick={() => setDiscarding(letters)}>
          Discard all
        </Button>
      </>
    );
  return (
    <Section title="Dead letters" tools={tools}>
      <p className="border-b px-3 py-2 text-xs text-faint">
        A dead letter is work that follows a change, such as cleaning up after a deleted run, and that failed too often.
      </p>
      {query.isError ? (
        <Failure error={query.error} what="The dead letters" onRetry={() => void query.refetch()} />
      ) : letters.length === 0 ? (
        <p className="p-3 text-muted">{query.isPending ? "…" : "There are no dead letters."}</p>
      ) : (
        <ul aria-label="Dead letters">
          {letters.map((letter) => (
            <LetterRow
              key={letter.id}
              letter={letter}
              onRetry={() => tryAgain([letter])}
              onDiscard={() => setDiscarding([letter])}
            />
          ))}
        </ul>
      )}
      {problem === undefined ? null : (
        <p role="alert" className="px-3 py-2 text-danger">
          {problem}
        </p>
      )}
      <ConfirmDialog
        open={discarding.length > 0}
        onOpenChange={() => setDiscarding([])}
        title={`Discard ${amount(discarding.length, "dead letter")}`}
        action="Discard"
        keep="Keep them"
        danger
        onConfirm={async () => {
          await discard(idsOf(discarding));
          await readAnew();
        }}
      >
        The work is removed from this list and is never done.
      </ConfirmDialog>
    </Section>
  );
}

function LetterRow(props: {
  readonly letter: DeadLetter;
  readonly onRetry: () => void;
  readonly onDiscard: () => void;
}) {
  const { change, ref, consumer, attempts, reason, last_failed } = props.letter;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 border-b px-3 py-2 last:border-0">
      <div className="min-w-0 flex-1 basis-64">
        <span className="font-medium">{change}</span> <code className="text-2xs break-all text-faint">{ref}</code>
        <p className="break-words text-danger">{reason}</p>
        <p className="text-xs text-muted">
          {consumer}, {amount(attempts, "attempt")}, the last <RelativeTime time={last_failed} />
        </p>
      </div>
      <div className="flex gap-2">
        <Button onClick={props.onRetry}>Retry</Button>
        <Button look="danger" onClick={props.onDiscard}>
          Discard
        </Button>
      </div>
    </li>
  );
}

function idsOf(letters: readonly DeadLetter[]): readonly string[] {
  return letters.map(({ id }) => id);
}
