import { Button } from "../../components/button.tsx";
import { type Wait, waitWords } from "./waits.ts";

/** Says below the bars which waits the axis folds, and draws them to scale on demand. */
export function FoldedWaits(props: {
  readonly waits: readonly Wait[];
  readonly unfolded: boolean;
  readonly onUnfold: (unfolded: boolean) => void;
}) {
  const { waits, unfolded, onUnfold } = props;
  if (waits.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t px-3 py-1.5 text-xs text-muted">
      <p className="min-w-0 flex-1 basis-60">
        {unfolded ? "Waits take most of the picture: " : "Nothing ran in the hatched time, which is drawn shorter: "}
        {wordsOf(waits)}.
      </p>
      <Button look="ghost" className="!h-6 text-xs" onClick={() => onUnfold(!unfolded)}>
        {unfolded ? "Draw waits shorter" : "Draw waits to scale"}
      </Button>
    </div>
  );
}

const maxNamed = 3;

function wordsOf(waits: readonly Wait[]): string {
  const named = waits.length > maxNamed ? waits.slice(0, maxNamed - 1) : waits;
  const rest = waits.length - named.length;
  const words = [...named.map(waitWords), ...(rest === 0 ? [] : [`${rest} other waits`])];
  return new Intl.ListFormat("en").format(words);
}
