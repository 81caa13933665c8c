import { parseJson } from "@ostinato/core";
import { useEffect, useId, useRef, useState } from "react";
import { CopyButton } from "../components/copy.tsx";
import { messageOf } from "../components/failure.tsx";
import { fieldClass } from "../components/field.tsx";
import { type AutomationDraft, isDraft } from "./draft.ts";

/** The automation as JSON. What is written here is in the form at once, and the other way round. */
export function JsonPane(props: {
  readonly draft: AutomationDraft;
  /** Undefined while the text is not an automation. */
  readonly onChange: (draft: AutomationDraft | undefined) => void;
}) {
  const { draft, onChange } = props;
  const id = useId();
  const [text, setText] = useState(() => JSON.stringify(draft, null, 2));
  const own = useRef(draft);
  useEffect(() => {
    if (own.current === draft) return;
    own.current = draft;
    setText(JSON.stringify(draft, null, 2));
  }, [draft]);
  const read = readDraft(text);
  const problem = "problem" in read ? read.problem : undefined;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex items-center justify-between">
        <label htmlFor={id} className="text-muted">
          The automation as JSON
        </label>
        <CopyButton text={text} label="Copy the JSON" />
      </div>
      <textarea
        id={id}
        rows={Math.min(40, text.split("\n").length + 1)}
        spellCheck={false}
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onChange={({ target }) => {
          setText(target.value);
          const next = readDraft(target.value);
          if ("draft" in next) own.current = next.draft;
          onChange("draft" in next ? next.draft : undefined);
        }}
        className={`${fieldClass} !h-auto py-1.5 font-mono !text-xs`}
      />
      {problem === undefined ? null : (
        <p id={`${id}-problem`} role="alert" className="text-xs text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}

function readDraft(text: string): { readonly draft: AutomationDraft } | { readonly problem: string } {
  try {
    const value: unknown = parseJson(text);
    if (isDraft(value)) return { draft: value };
    return { problem: "This is not an automation yet: it needs a name, a trigger of a type, and a list of actions." };
  } catch (error) {
    return { problem: `This is not JSON yet: ${messageOf(error)}` };
  }
}
