import { blockDocumentNames } from "@ostinato/protocol/name-rules";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import type { BlockDocument, BlockTypePage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { RequiredMark } from "../components/labelled.tsx";
import { filledValues } from "../forms/filled-values.ts";
import { type FormValue, toFormData } from "../forms/form-data.ts";
import { problemsIn } from "../forms/form-problems.ts";
import { ValuesForm, type WrittenValues } from "../forms/schema-form.tsx";
import { drawnBlock, valuesOf } from "./block-schema.ts";
import { changeBlock, saveNewBlock } from "./blocks.queries.ts";

interface FormProps {
  readonly fields: FormValue;
  readonly begin: FormValue;
  /** Whether the block has no name yet. */
  readonly asksName: boolean;
  readonly action: string;
  readonly save: (name: string, data: FormValue) => Promise<string>;
  /** Called with the id of the block. */
  readonly onSaved: (id: string) => unknown;
  readonly beside?: ReactNode;
}

/** The form for a new block of a type. */
export function NewBlockForm(props: Pick<FormProps, "onSaved" | "beside"> & { readonly page: BlockTypePage }) {
  const { page, ...rest } = props;
  const { type, schema } = page;
  if (schema === null) {
    return (
      <p className="text-muted">
        No program has said yet which fields a block of this type has. The first program that saves one does.
      </p>
    );
  }
  const begin = filledValues(drawnBlock(schema.fields), {});
  const save = async (name: string, data: FormValue) => {
    const body = { name, data: { ...data }, block_type_id: type.id, block_schema_id: schema.id };
    return (await saveNewBlock(body)).id;
  };
  return <BlockForm fields={schema.fields} begin={begin} asksName action="Create the block" save={save} {...rest} />;
}

/** The form for another content of a block. Secrets that nobody replaces stay what they are, and never come to the page. */
export function EditBlockForm(props: Pick<FormProps, "onSaved" | "beside"> & { readonly document: BlockDocument }) {
  const { document, ...rest } = props;
  const { id } = document;
  const save = async (_: string, data: FormValue) => {
    await changeBlock(id, { data: { ...data }, merge_existing_data: false });
    return id;
  };
  const fields = document.block_schema?.fields ?? {};
  return (
    <BlockForm
      fields={fields}
      begin={valuesOf(document)}
      asksName={false}
      action="Save the block"
      save={save}
      {...rest}
    />
  );
}

function BlockForm(props: FormProps) {
  const { fields, begin, asksName, action, save, onSaved } = props;
  const drawn = useMemo(() => drawnBlock(fields), [fields]);
  const [name, setName] = useState("");
  const [written, setWritten] = useState<WrittenValues>(() => ({
    value: begin,
    isValid: drawn === undefined || problemsIn(drawn, toFormData(begin)).length === 0,
  }));
  const [asked, setAsked] = useState(false);
  const id = useId();
  const element = useRef<HTMLFormElement>(null);
  const queryClient = useQueryClient();
  const saving = useMutation({
    mutationFn: () => save(name.trim(), written.value),
    onSuccess: async (saved) => {
      await queryClient.invalidateQueries({ queryKey: ["blocks"] });
      await onSaved(saved);
    },
  });
  const wrongName = asksName
    ? (nameProblem(name.trim()) ?? (asked && name.trim() === "" ? needed : undefined))
    : undefined;
  const isNamed = !asksName || (name.trim() !== "" && wrongName === undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The form may stand in the dialog of another one, which must not be sent with it.
    event.stopPropagation();
    setAsked(true);
    if (isNamed && written.isValid) saving.mutate();
    else requestAnimationFrame(() => element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  return (
    <form ref={element} noValidate onSubmit={submit} className="flex min-w-0 flex-col gap-3">
      {asksName ? (
        <>
          <label htmlFor={`${id}-name`} className="-mb-2 w-fit font-medium">
            Name
            <RequiredMark />
          </label>
          <TextField
            id={`${id}-name`}
            aria-describedby={`${id}-name-about`}
            autoComplete="off"
            spellCheck={false}
            aria-required
            aria-invalid={wrongName !== undefined}
            value={name}
            onChange={({ target }) => {
              saving.reset();
              setName(target.value);
            }}
          />
          <p id={`${id}-name-about`} className="-mt-2 text-xs text-muted">
            {wrongName === undefined ? (
              "Programs load the block by this name. Lower-case letters, digits and dashes."
            ) : (
              <span className="text-danger">{wrongName}</span>
            )}
          </p>
        </>
      ) : null}
      <ValuesForm
        label="The block"
        drawn={drawn}
        value={begin}
        showProblems={asked}
        onlyForm
        onChange={(next) => {
          saving.reset();
          setWritten(next);
        }}
      />
      <div className="flex flex-wrap items-center justify-end gap-3">
        {saving.isError ? (
          <p role="alert" className="mr-auto min-w-0 break-words text-danger">
            {messageOf(saving.error)}
          </p>
        ) : asked && !written.isValid ? (
          <p role="alert" className="mr-auto text-danger">
            Some fields are missing or wrong.
          </p>
        ) : null}
        {props.beside}
        <Button type="submit" look="primary" disabled={saving.isPending}>
          {action}
        </Button>
      </div>
    </form>
  );
}

const needed = "This field is required.";

/** The server's sentence, before it is asked. */
function nameProblem(name: string): string | undefined {
  const { pattern, maxCharacters, refusal } = blockDocumentNames;
  if (!pattern.test(name)) return refusal;
  return name.length > maxCharacters ? `A name has at most ${maxCharacters} characters.` : undefined;
}
