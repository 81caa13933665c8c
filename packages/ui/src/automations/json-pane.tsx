import { parseJson } from "@ostinato/core";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "../components/failure.tsx";
import { JsonText } from "../components/json-text.tsx";
import { type AutomationDraft, isDraft } from "./draft.ts";

/** The automation as JSON. What is written here is in the form at once, and the other way round. */
export function JsonPane(props: {
  readonly draft: AutomationDraft;
  /** Undefined while the text is not an automation. */
  readonly onChange: (draft: AutomationDraft | undefined) => void;
}) {
  const { draft, onChange } = props;
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
    <JsonText
      label="The automation as JSON"
      copyLabel="Copy the JSON"
      maxRows={40}
      text={text}
      problem={problem}
      onChange={(written) => {
        setText(written);
        const next = readDraft(written);
        if ("draft" in next) own.current = next.draft;
        onChange("draft" in next ? next.draft : undefined);
      }}
    />
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
