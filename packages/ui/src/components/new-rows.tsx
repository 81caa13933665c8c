import { count } from "../format.ts";
import { Button } from "./button.tsx";

/** The rows that wait above a list which holds still. */
export function NewRows(props: {
  readonly waiting: number;
  /** There are more than are counted. */
  readonly isMore?: boolean;
  readonly onShow: () => void;
}) {
  if (props.waiting === 0) return null;
  return (
    // It takes no height, so that nothing moves when it appears.
    <div className="sticky top-10 z-20 -mb-1.5 flex h-0 justify-center">
      <Button look="primary" icon="arrowUp" className="rounded-full shadow-pop" onClick={props.onShow}>
        {count(props.waiting)}
        {props.isMore === true ? "+" : ""} new
      </Button>
    </div>
  );
}
