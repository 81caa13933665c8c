import { useId } from "react";
import { Button } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import { Tags } from "../components/tag.tsx";

export interface RunLabels {
  readonly name: string;
  /** As they are typed, with commas between them. */
  readonly tags: string;
}

export function tagsIn(text: string): readonly string[] {
  const tags = text.split(",").map((tag) => tag.trim());
  return [...new Set(tags)].filter((tag) => tag !== "");
}

/** The name and the tags of a run. The tags of the deployment are added by the server. */
export function RunLabelFields(props: {
  readonly value: RunLabels;
  /** Those of the deployment. */
  readonly tags: readonly string[];
  readonly suggestedName: string;
  readonly onChange: (labels: RunLabels) => void;
}) {
  const { value, tags, suggestedName, onChange } = props;
  const id = useId();
  return (
    <div className="flex flex-col gap-3 p-3">
      <div className="flex min-w-0 flex-col gap-1">
        <label htmlFor={`${id}-name`} className="w-fit font-medium">
          Run name
        </label>
        <div className="flex min-w-0 gap-1.5">
          <TextField
            id={`${id}-name`}
            autoComplete="off"
            className="w-full max-w-80"
            placeholder="chosen by the server"
            value={value.name}
            onChange={({ target }) => onChange({ ...value, name: target.value })}
          />
          <Button icon="retry" onClick={() => onChange({ ...value, name: suggestedName })}>
            Suggest one
          </Button>
        </div>
      </div>
      <div className="flex min-w-0 flex-col gap-1">
        <label htmlFor={`${id}-tags`} className="w-fit font-medium">
          Tags
        </label>
        <TextField
          id={`${id}-tags`}
          autoComplete="off"
          className="w-full max-w-80"
          aria-describedby={`${id}-tags-about`}
          value={value.tags}
          onChange={({ target }) => onChange({ ...value, tags: target.value })}
        />
        <p id={`${id}-tags-about`} className="flex flex-wrap items-center gap-1 text-xs text-muted">
          Separated by commas.
          {tags.length === 0 ? null : (
            <>
              {" "}
              The deployment adds <Tags tags={tags} most={8} />
            </>
          )}
        </p>
      </div>
    </div>
  );
}
