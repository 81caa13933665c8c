import { useEffect, useRef, useState } from "react";
import { amount, count } from "../format.ts";
import { Button, IconButton } from "./button.tsx";
import type { CsvExport } from "./csv.ts";
import { messageOf } from "./failure.tsx";
import { saveFile } from "./save-file.ts";

/** Spreadsheets cannot open larger files. */
const maxRows = 100_000;

/** Downloads all rows of a filter; shows how many there are, and can be stopped. */
export function CsvButton(props: {
  readonly file: string;
  /** What a row is: `run`. */
  readonly noun: string;
  readonly total: ListTotal | undefined;
  /** Makes the file; what it needs is loaded by then. */
  readonly exportRows: (options: CsvExport) => Promise<Blob>;
}) {
  const { file, noun, total, exportRows } = props;
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
      saveFile(file, await exportRows({ most: maxRows, signal, onProgress: setRows }));
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
        {of} {noun}s
      </Button>
    );
  }
  return (
    <>
      <IconButton
        icon={error === undefined ? "download" : "warning"}
        label={error === undefined ? `Download as CSV${sizeText(total, noun)}` : `Failed: ${error} Try again`}
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

/** The number of rows of a filter; counting stops at a limit, and then there are more. */
export interface ListTotal {
  readonly count: number;
  readonly isMore: boolean;
}

export function totalText({ count: counted, isMore }: ListTotal): string {
  return `${count(counted)}${isMore ? "+" : ""}`;
}

/** `1 run`, `2,000+ runs`. */
export function totalAmount({ count: counted, isMore }: ListTotal, noun: string): string {
  return isMore ? `${count(counted)}+ ${noun}s` : amount(counted, noun);
}

/** The total that comes with the first page of a list. */
export function totalOf(
  pages: { readonly pages: readonly { readonly count: number | null; readonly count_capped: boolean }[] } | undefined,
): ListTotal | undefined {
  const first = pages?.pages[0];
  if (first === undefined || first.count === null) return undefined;
  return { count: first.count, isMore: first.count_capped };
}

function sizeText(total: ListTotal | undefined, noun: string): string {
  if (total === undefined) return "";
  const isCut = total.isMore || total.count > maxRows;
  return isCut ? `, the first ${count(maxRows)} of ${totalText(total)} ${noun}s` : `, ${totalAmount(total, noun)}`;
}
