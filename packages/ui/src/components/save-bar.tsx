import { Button } from "./button.tsx";

/** The buttons at the end of a form, and what is missing before it can be saved. */
export function SaveBar(props: {
  readonly missing: string | undefined;
  readonly save: string;
  readonly isSaving: boolean;
  readonly onCancel: () => void;
}) {
  const { missing, isSaving } = props;
  return (
    <div className="sticky bottom-0 flex flex-wrap items-center justify-end gap-2 border-t bg-bg py-2">
      {missing === undefined ? null : <span className="mr-auto text-muted">{missing}</span>}
      <Button onClick={props.onCancel}>Cancel</Button>
      <Button type="submit" look="primary" disabled={missing !== undefined || isSaving}>
        {props.save}
      </Button>
    </div>
  );
}
