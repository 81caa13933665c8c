import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "../components/button.tsx";
import { messageOf } from "../components/failure.tsx";
import { saveFile } from "../components/save-file.ts";
import { count } from "../format.ts";
import type { RunsSearch } from "./runs-search.ts";

/** Spreadsheets cannot open larger files. */
const maxRows = 100_000;

/** Downloads all runs of the filter; shows how many there are, and can be stopped. */
export function CsvButton({ search, total }: { readonly search: RunsSearch; readonly total: RunTotal | undefined }) {
  const [rows, setRows] = useState<number>();
  const [error, setError] = useState<string>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const download = async () => {
    const controller = new AbortController();
    const { signal } = controller;
    stop.current = controller;
    setRows(0);
    setError(undefined);
    try {
      const { exportRuns } = await import("./csv-export.ts");
      saveFile("runs.csv", await exportRuns(search, { most: maxRows, signal, onProgress: setRows }));
    } catch (cause) {
      if (!signal.aborted) setError(messageOf(cause));
    } finally {
      if (!signal.aborted) setRows(undefined);
    }
  };
  if (rows !== undefined) {
    const of = total === undefined ? "" : ` of ${totalText(total)}`;
    return (
      <Button
        icon="close"
        aria-label="Stop the download"
        onClick={() => {
          stop.current?.abort();
          setRows(undefined);
        }}
      >
        {count(rows)}
        {of} runs
      </Button>
    );
  }
  return (
    <>
      <IconButton
        icon={error === undefined ? "download" : "warning"}
        label={error === undefined ? `Download as CSV${sizeText(total)}` : `Failed: ${error} Try again`}
        onClick={() => void download()}
      />
      {error === undefined ? null : (
        <span role="alert" className="sr-only">
          {error}
        </span>
      )}
    </>
  );
}

/** The number of runs of a filter; counting stops at a limit, and then there are more. */
export interface RunTotal {
  readonly count: number;
  readonly isMore: boolean;
}

export function totalText({ count: counted, isMore }: RunTotal): string {
  return `${count(counted)}${isMore ? "+" : ""}`;
}

function sizeText(total: RunTotal | undefined): string {
  if (total === undefined) return "";
  const isCut = total.isMore || total.count > maxRows;
  return isCut
    ? `, the first ${count(maxRows)} of ${totalText(total)} runs`
    : `, ${totalText(total)} ${total.count === 1 ? "run" : "runs"}`;
}
