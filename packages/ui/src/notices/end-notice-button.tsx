import { useState } from "react";
import { IconButton } from "../components/button.tsx";
import { type AwaitedRun, awaitEnd, forgetEnd, useAwaitedRuns } from "./end-notices.ts";

/** Has the browser tell when the run ends or asks for an input, on whatever page of this tab the reader is then. */
export function EndNoticeButton({ run }: { readonly run: AwaitedRun }) {
  const isOn = useAwaitedRuns().some(({ id }) => id === run.id);
  const [refused, setRefused] = useState(false);
  const toggle = async () => {
    if (isOn) forgetEnd(run.id);
    else setRefused(!(await awaitEnd(run)));
  };
  return (
    <>
      {refused ? (
        <span role="status" className="text-xs text-muted">
          This browser shows no notices of this site. Its settings can allow them.
        </span>
      ) : null}
      <IconButton
        icon={isOn ? "bellOn" : "bell"}
        look="plain"
        label="Tell me when it ends or asks for input"
        aria-pressed={isOn}
        className={isOn ? "text-accent" : ""}
        onClick={() => void toggle()}
      />
    </>
  );
}
