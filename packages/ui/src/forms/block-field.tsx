import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { use, useState } from "react";
import type { BlockList, BlockRow } from "../api/types.ts";
import { blockChoicesQuery } from "../blocks/blocks.queries.ts";
import { useLiveBlocks } from "../blocks/live-blocks.ts";
import { Button } from "../components/button.tsx";
import { fieldClass, SearchField } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { count } from "../format.ts";
import { BlockMaker } from "./block-maker.ts";
import { FieldState } from "./field-state.ts";
import { isObject } from "./form-data.ts";

/** The choice of a saved block by its name, and the way to a new one. Its value is `{"$ref": {"block_document_id": "…"}}`. */
export function BlockField(props: {
  readonly id: string;
  readonly label: string;
  readonly required: boolean;
  /** The slugs of the types that fit. */
  readonly slugs: readonly string[];
  readonly value: unknown;
  /** The value where none is chosen. */
  readonly fallback: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const { id, label, required, slugs, value, onChange } = props;
  const { describedBy, invalid } = use(FieldState);
  const [text, setText] = useState("");
  const { data } = useQuery({ ...blockChoicesQuery(slugs, text), placeholderData: keepPreviousData });
  const isCapped = data !== undefined && data.count > data.results.length;
  const Maker = use(BlockMaker);
  const [isMaking, setIsMaking] = useState(false);
  useLiveBlocks(["blocks", "choices"]);
  const chosen = referredId(value);
  const choose = (block: string) => onChange(block === "" ? undefined : { $ref: { block_document_id: block } });
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5">
      {isCapped || text !== "" ? (
        <SearchField label={`Find a block for ${label}`} value={text} onChange={setText} className="w-full max-w-md" />
      ) : null}
      <select
        id={id}
        value={chosen ?? ""}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        aria-required={required}
        onChange={({ target }) => choose(target.value)}
        className={`${fieldClass} max-w-md min-w-32 flex-1`}
      >
        <option value="">
          {text === "" ? emptyChoice(data, referredId(props.fallback), required) : "Choose a block"}
        </option>
        {chosen === undefined || data?.results.some((block) => block.id === chosen) !== false ? null : (
          <option value={chosen}>
            {isCapped || text !== "" ? "a block that is not among these" : "a block that is not there any more"}
          </option>
        )}
        <Choices blocks={data?.results ?? []} slugs={slugs} />
      </select>
      {isCapped ? (
        <p className="w-full text-xs text-faint">
          The first {count(data.results.length)} of {count(data.count)} by name are there to choose.
        </p>
      ) : null}
      {Maker === undefined ? null : (
        <Button icon="plus" aria-label={`New block for ${label}`} onClick={() => setIsMaking(true)}>
          New
        </Button>
      )}
      {chosen === undefined ? null : (
        <Link
          to="/blocks/block/$id"
          params={{ id: chosen }}
          target="_blank"
          aria-label={`Open the block of ${label} in a new tab`}
          title="Open the block in a new tab"
          className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
        >
          <Icon name="external" />
        </Link>
      )}
      {isMaking && Maker !== undefined ? (
        <Maker
          slugs={slugs}
          onClose={() => setIsMaking(false)}
          onSaved={(block) => {
            setIsMaking(false);
            choose(block);
          }}
        />
      ) : null}
    </div>
  );
}

function referredId(value: unknown): string | undefined {
  const reference = isObject(value) ? value.$ref : undefined;
  const id = isObject(reference) ? reference.block_document_id : undefined;
  return typeof id === "string" ? id : undefined;
}

function emptyChoice(data: BlockList | undefined, fallback: string | undefined, required: boolean): string {
  const name = data?.results.find(({ id }) => id === fallback)?.name;
  if (name !== undefined) return `default: ${name}`;
  if (data?.results.length === 0) return "There is none yet";
  return required ? "Choose a block" : "–";
}

/** The blocks by name; under the names of their types, where several fit. */
function Choices({ blocks, slugs }: { readonly blocks: readonly BlockRow[]; readonly slugs: readonly string[] }) {
  if (slugs.length === 1) return blocks.map(choiceOf);
  return [...Map.groupBy(blocks, (block) => block.block_type_name)].map(([type, ofType]) => (
    <optgroup key={type} label={type}>
      {ofType.map(choiceOf)}
    </optgroup>
  ));
}

function choiceOf({ id, name }: BlockRow) {
  return (
    <option key={id} value={id}>
      {name}
    </option>
  );
}
