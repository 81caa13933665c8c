import { Link } from "@tanstack/react-router";
import type { Question } from "../api/types.ts";
import { Markdown } from "../components/markdown.tsx";
import { RelativeTime } from "../components/time.tsx";
import { hasFields } from "./has-fields.ts";
import { TimeLeft } from "./time-left.tsx";

/** The question in a few words. */
export function titleOf({ title, schema, is_schema_missing }: Question): string {
  if (title !== null) return title;
  return is_schema_missing || hasFields(schema) ? "The run waits for your input" : "The run waits to be resumed";
}

/** Who asks, since when and until when, and what the author says of it. */
export function QuestionText({ question }: { readonly question: Question }) {
  const { after, asked, until, is_suspended, description, flow_run_id } = question;
  return (
    <>
      <p className="text-muted">
        Asked <RelativeTime time={asked} className="text-text" />
        {after === null ? null : (
          <>
            , after{" "}
            <Link
              to="/runs/flow-run/$id"
              params={{ id: flow_run_id }}
              search={{ task: after.id }}
              className="text-text underline"
            >
              {after.name}
            </Link>
          </>
        )}
        . {until === null ? "It waits without a limit." : <TimeLeft until={until} />}
        {is_suspended
          ? " No process runs meanwhile: after the answer the run starts again, and finished tasks keep their results."
          : ""}
      </p>
      {description === null ? null : <Markdown text={description} />}
    </>
  );
}
