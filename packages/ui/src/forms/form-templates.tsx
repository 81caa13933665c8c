import ObjectField from "@rjsf/core/lib/components/fields/ObjectField.js";
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  FieldProps,
  FieldTemplateProps,
  MultiSchemaFieldTemplateProps,
  ObjectFieldTemplateProps,
} from "@rjsf/utils";
import { createContext, type ReactNode, use, useLayoutEffect, useState } from "react";
import { Button, IconButton } from "../components/button.tsx";
import { RequiredMark } from "../components/labelled.tsx";
import { BlockField } from "./block-field.tsx";
import { type DrawnSchema, isBlockChoice, isJson, isMask } from "./drawn-schema.ts";
import { FieldState } from "./field-state.ts";
import { fromFormData, toFormData } from "./form-data.ts";
import { JsonField } from "./json-field.tsx";
import { SecretField } from "./secret-field.tsx";

/** Whether fields show their problems before anybody has left them. */
export const ShowProblems = createContext(false);

/** The field that chooses between several schemas: the field of the chosen one shares its id, and its title for readers. */
const ChoosingField = createContext<{ readonly id: string; readonly title: string } | undefined>(undefined);

/** The constants of the chosen schemas, by their places. They are never drawn, and tell which schema is meant. */
export const ChosenConstants = createContext<Map<string, ChosenConstant>>(new Map());

export interface ChosenConstant {
  readonly path: FieldProps["fieldPathId"]["path"];
  readonly value: unknown;
}

const nothing = () => null;

export const formTemplates = {
  FieldTemplate: Field,
  ObjectFieldTemplate: Properties,
  ArrayFieldTemplate: List,
  ArrayFieldItemTemplate: ListItem,
  MultiSchemaFieldTemplate: Choice,
  ErrorListTemplate: nothing,
  FieldErrorTemplate: nothing,
  FieldHelpTemplate: nothing,
  DescriptionFieldTemplate: nothing,
  // The owner of a form has the submit button.
  ButtonTemplates: { SubmitButton: nothing },
};

export const formFields = { NumberField: PlainField, FallbackField: JsonPart, ObjectField: ObjectOrBlock };

function ObjectOrBlock(props: FieldProps) {
  const { name, title, schema, formData, fieldPathId, required = false, onChange } = props;
  const choosing = use(ChoosingField);
  if (!isBlockChoice(schema as DrawnSchema)) return <ObjectField {...props} />;
  const isChosen = choosing?.id === fieldPathId.$id;
  return (
    <BlockField
      id={fieldPathId.$id}
      label={isChosen ? choosing.title : (title ?? schema.title ?? name)}
      required={required}
      slugs={(schema as DrawnSchema)["x-blocks"] as readonly string[]}
      value={formData}
      fallback={schema.default}
      onChange={(value) => onChange(value, fieldPathId.path)}
    />
  );
}

/** The form's own number field parses into JavaScript numbers; this control keeps the digits. */
function PlainField(props: FieldProps) {
  const { StringField } = props.registry.fields;
  return StringField === undefined ? null : <StringField {...props} />;
}

function JsonPart({ name, title, schema, formData, fieldPathId, required = false, onChange }: FieldProps) {
  if ((schema as DrawnSchema)["x-secret"] === true) {
    return (
      <SecretField
        id={fieldPathId.$id}
        label={schema.title ?? title ?? name}
        required={required}
        value={fromFormData(formData)}
        onChange={(value) => onChange(toFormData(value), fieldPathId.path)}
      />
    );
  }
  return (
    <JsonField
      label={schema.title ?? title ?? name}
      value={fromFormData(formData)}
      onChange={(value) => onChange(toFormData(value), fieldPathId.path)}
      hideLabel
    />
  );
}

function Field(props: FieldTemplateProps) {
  const {
    id,
    label,
    children,
    schema,
    required = false,
    rawErrors = [],
    rawDescription,
    formData,
    fieldPathId,
  } = props;
  const choosing = use(ChoosingField);
  const [left, setLeft] = useState(false);
  const shows = use(ShowProblems) || left;
  const isRoot = fieldPathId.path.length === 0;
  // The field around the choice shows label and description; the chosen one shows problems.
  const isChosen = choosing?.id === id;
  const isChoice = schema.anyOf !== undefined;
  const problem = shows && !isChoice ? rawErrors[0] : undefined;
  const description = isChosen || isGroup(schema) ? undefined : rawDescription;
  const says = (description ?? "") !== "" || problem !== undefined;
  const about = `${id}-about`;
  const title = titleOf(label, fieldPathId.path, schema.title);
  if (isRoot) return children;
  if (schema.const !== undefined) return <Constant path={fieldPathId.path} value={schema.const} />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices that the field was left
    <div className="flex min-w-0 flex-col gap-1" onBlur={() => setLeft(true)}>
      <FieldState value={{ describedBy: says ? about : undefined, invalid: problem !== undefined }}>
        {isJson(schema) ? (
          <details open={problem !== undefined || isShort(formData)}>
            <summary className="mb-1 w-fit rounded-sm font-medium">
              {title}
              {required ? <RequiredMark /> : null}
            </summary>
            {children}
          </details>
        ) : (
          <>
            {isGroup(schema) || isChosen ? null : (
              <label htmlFor={id} className="w-fit font-medium">
                {title}
                {required ? <RequiredMark /> : null}
              </label>
            )}
            <ChoosingField value={isChoice ? { id, title } : choosing}>{children}</ChoosingField>
          </>
        )}
      </FieldState>
      {says ? (
        <p id={about} className="text-xs text-muted">
          {problem === undefined ? description : <span className="text-danger">{problem}</span>}
        </p>
      ) : null}
    </div>
  );
}

function Constant({ path, value }: ChosenConstant) {
  const constants = use(ChosenConstants);
  useLayoutEffect(() => {
    const place = JSON.stringify(path);
    constants.set(place, { path, value });
    return () => void constants.delete(place);
  }, [constants, path, value]);
  return null;
}

function isShort(value: unknown): boolean {
  return value !== undefined && value !== null && JSON.stringify(value).length < 400;
}

/** A field with fields of its own, whose title is that of their group. */
function isGroup(schema: FieldTemplateProps["schema"]): boolean {
  if (isBlockChoice(schema as DrawnSchema)) return false;
  return schema.anyOf === undefined && (schema.type === "object" || schema.type === "array");
}

function Group(props: {
  readonly id: string;
  readonly title: string;
  readonly required: boolean;
  readonly description: ReactNode;
  readonly children: ReactNode;
}) {
  const isChosen = use(ChoosingField)?.id === props.id;
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-md border border-line px-3 pt-1 pb-3">
      <legend className={isChosen ? "sr-only" : "px-1 font-medium"}>
        {props.title}
        {props.required ? <RequiredMark /> : null}
      </legend>
      {isChosen || (props.description ?? "") === "" ? null : <p className="text-xs text-muted">{props.description}</p>}
      <ChoosingField value={undefined}>{props.children}</ChoosingField>
    </fieldset>
  );
}

function Properties(props: ObjectFieldTemplateProps) {
  const { fieldPathId, schema, title, required = false, description, properties } = props;
  const fields = properties.map(({ name, content }) => <div key={name}>{content}</div>);
  if (fieldPathId.path.length === 0) return <div className="flex min-w-0 flex-col gap-3">{fields}</div>;
  return (
    <Group
      id={fieldPathId.$id}
      title={titleOf(title, fieldPathId.path, schema.title)}
      required={required}
      description={description}
    >
      {fields}
    </Group>
  );
}

function List(props: ArrayFieldTemplateProps) {
  const { fieldPathId, title, required = false, schema, items, canAdd, onAddClick, formData } = props;
  return (
    <Group id={fieldPathId.$id} title={title} required={required} description={schema.description}>
      {items.length === 0 ? null : (
        <HoldsKeptSecrets value={holdsMask(formData)}>
          <ol className="flex min-w-0 flex-col gap-2">{items}</ol>
        </HoldsKeptSecrets>
      )}
      {canAdd === true ? (
        <Button icon="plus" className="self-start" onClick={onAddClick}>
          Add to {title}
        </Button>
      ) : null}
    </Group>
  );
}

/** Whether a list has secrets that stay what they are: a server knows them by their places, so the entries must keep theirs. */
const HoldsKeptSecrets = createContext(false);

function holdsMask(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isMask(value, false);
  return Object.values(value).some(holdsMask);
}

function ListItem({ children, index, totalItems, buttonsProps }: ArrayFieldItemTemplateProps) {
  const { onRemoveItem, onMoveUpItem, onMoveDownItem } = buttonsProps;
  const keepsPlaces = use(HoldsKeptSecrets);
  const hasRemove = buttonsProps.hasRemove === true && (!keepsPlaces || index === totalItems - 1);
  const hasMoveUp = buttonsProps.hasMoveUp === true && !keepsPlaces;
  const hasMoveDown = buttonsProps.hasMoveDown === true && !keepsPlaces;
  const place = `entry ${index + 1}`;
  return (
    <li className="flex min-w-0 items-start gap-1">
      <div className="min-w-0 grow">{children}</div>
      {!hasMoveUp && !hasMoveDown ? null : (
        <>
          <IconButton icon="arrowUp" label={`Move ${place} up`} disabled={index === 0} onClick={onMoveUpItem} />
          <IconButton
            icon="arrowDown"
            label={`Move ${place} down`}
            disabled={index === totalItems - 1}
            onClick={onMoveDownItem}
          />
        </>
      )}
      {hasRemove ? <IconButton icon="trash" label={`Remove ${place}`} onClick={onRemoveItem} /> : null}
    </li>
  );
}

function Choice({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) {
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {selector}
      {optionSchemaField}
    </div>
  );
}

/** Entries of a list are distinguished by their place. */
function titleOf(title: string, path: FieldProps["fieldPathId"]["path"], given: string | undefined): string {
  const last = path.at(-1);
  return typeof last === "number" ? `${given ?? "Entry"} ${last + 1}` : title;
}
