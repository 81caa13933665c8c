import { useQuery } from "@tanstack/react-query";
import { IconButton } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { OutcomeText } from "./outcome-text.tsx";
import { questionQuery } from "./questions.queries.ts";

interface NoteProps {
  readonly flowRunId: string;
  readonly question: string;
  /** Whether the question was answered in this window. */
  readonly isOwn: boolean;
  readonly onClose: () => void;
}

/** What became of a question that somebody had begun to answer here. */
export function SettledNote({ flowRunId, question, isOwn, onClose }: NoteProps) {
  const { data: page } = useQuery({ ...questionQuery(flowRunId, question), enabled: !isOwn });
  if (!isOwn && (page === undefined || page.outcome === "open")) return null;
  return (
    <div role="status" className="flex items-start gap-2.5 rounded-lg border bg-surface px-3 py-2">
      <Icon name={isOwn ? "check" : "warning"} className="mt-1.5" />
      <p className="min-w-0 grow py-1 break-words">
        {page === undefined || isOwn ? (
          "Your answer was sent. The run goes on."
        ) : (
          <>
            <OutcomeText page={page} /> What you wrote here was not sent.
          </>
        )}
      </p>
      <IconButton icon="close" label="Close this note" onClick={onClose} />
    </div>
  );
}
