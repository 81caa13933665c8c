import type { Variable } from "@ostinato/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button, Segmented } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { fieldClass, TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import {
  draftOf,
  emptyDraft,
  looksLikeJson,
  nameProblem,
  tagsIn,
  type VariableDraft,
  valueIn,
} from "./variable-draft.ts";
import { changeVariable, saveNewVariable } from "./variables.queries.ts";

/** Makes a variable, or changes one. */
export function VariableDialog(props: {
  /** Undefined for a new one. */
  readonly variable?: Variable;
  readonly onClose: () => void;
  readonly onSaved: (name: string) => unknown;
}) {
  const { variable, onClose, onSaved } = props;
  const [draft, setDraft] = useState(() => (variable === undefined ? emptyDraft : draftOf(variable)));
  const [asked, setAsked] = useState(false);
  const queryClient = useQueryClient();
  const name = draft.name.trim();
  const wrongName = nameProblem(name) ?? (asked && name === "" ? "This field is required." : undefined);
  const written = valueIn(draft);
  const save = useMutation({
    mutationFn: async () => {
      if ("problem" in written) throw new Error(written.problem);
      const body = { name, value: written.value, tags: tagsIn(draft) };
      await (variable === undefined ? saveNewVariable(body) : changeVariable(variable.id, body));
    },
    onSuccess: async () => {
      await onSaved(name);
      await queryClient.invalidateQueries({ queryKey: ["variables"] });
      onClose();
    },
  });
  const set = (change: Partial<VariableDraft>) => {
    save.reset();
    setDraft({ ...draft, ...change });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (name !== "" && wrongName === undefined && "value" in written) save.mutate();
  };
  return (
    <Dialog
      open
      wide
      title={variable === undefined ? "New variable" : `Edit ${variable.name}`}
      onOpenChange={(open) => open || onClose()}
    >
      <form noValidate className="flex min-w-0 flex-col gap-3" onSubmit={submit}>
        <Labelled name="Name" required>
          <TextField
            autoComplete="off"
            spellCheck={false}
            aria-required
            aria-invalid={wrongName !== undefined}
            aria-describedby="variable-name-about"
            className="font-mono"
            value={draft.name}
            onChange={({ target }) => set({ name: target.value })}
          />
        </Labelled>
        <p id="variable-name-about" className="-mt-2 text-xs text-muted">
          {wrongName === undefined ? (
            <RenameNote variable={variable} name={name} />
          ) : (
            <span className="text-danger">{wrongName}</span>
          )}
        </p>
        <ValueField draft={draft} written={written} showProblem={asked || draft.text !== ""} onChange={set} />
        <Labelled name="Tags, separated by commas">
          <TextField value={draft.tags} onChange={({ target }) => set({ tags: target.value })} />
        </Labelled>
        {save.isError ? (
          <p role="alert" className="break-words text-danger">
            {messageOf(save.error)}
          </p>
        ) : null}
        <DialogButtons onKeep={onClose}>
          <Button type="submit" look="primary" disabled={save.isPending}>
            {variable === undefined ? "Create the variable" : "Save"}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function RenameNote({ variable, name }: { readonly variable: Variable | undefined; readonly name: string }) {
  if (variable === undefined || name === variable.name)
    return <>Lower-case letters, digits, dashes and underscores. Programs read the variable by this name.</>;
  return <>Programs and templates that read {variable.name} will not find it any more.</>;
}

function ValueField(props: {
  readonly draft: VariableDraft;
  readonly written: ReturnType<typeof valueIn>;
  readonly showProblem: boolean;
  readonly onChange: (change: Partial<VariableDraft>) => void;
}) {
  const { draft, written, showProblem, onChange } = props;
  const problem = "problem" in written && showProblem ? written.problem : undefined;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <label htmlFor="variable-value" className="text-muted">
          Value
        </label>
        <Segmented
          label="The value is written as"
          value={draft.kind}
          onChange={(kind) => onChange({ kind })}
          options={[
            { value: "json", label: "JSON" },
            { value: "text", label: "Text" },
          ]}
        />
      </div>
      <textarea
        id="variable-value"
        rows={Math.min(16, Math.max(4, draft.text.split("\n").length + 1))}
        spellCheck={false}
        value={draft.text}
        placeholder={draft.kind === "json" ? '0.8, "a text", [1, 2] or {"score": 0.8}' : "Kept as it is typed"}
        aria-required
        aria-invalid={problem !== undefined}
        aria-describedby="variable-value-about"
        onChange={({ target }) => onChange({ text: target.value })}
        className={`${fieldClass} !h-auto py-1.5 font-mono !text-xs`}
      />
      <div id="variable-value-about" className="flex min-h-5 flex-wrap items-center gap-x-2 text-xs text-muted">
        {problem === undefined ? null : (
          <span role="alert" className="min-w-0 break-words text-danger">
            {problem}
          </span>
        )}
        {"kept" in written ? <span>Kept as {written.kept}.</span> : null}
        {problem === undefined || draft.text.trim() === "" || draft.kind === "text" ? null : (
          <Switch to="text" label="Keep it as a text" onChange={onChange} />
        )}
        {looksLikeJson(draft) ? <Switch to="json" label="Keep it as JSON instead" onChange={onChange} /> : null}
      </div>
    </div>
  );
}

function Switch(props: {
  readonly to: VariableDraft["kind"];
  readonly label: string;
  readonly onChange: (change: Partial<VariableDraft>) => void;
}) {
  return (
    <button
      type="button"
      className="rounded-sm text-accent hover:underline"
      onClick={() => props.onChange({ kind: props.to })}
    >
      {props.label}
    </button>
  );
}
