import { extname, resolve } from "node:path";
import { UsageError } from "../errors.ts";

/** What an entrypoint such as `flows/train.ts:train` names. */
export interface Entrypoint {
  /** An absolute path. */
  readonly file: string;
  /** An export of the file, or the name of one of its flows; undefined where the entrypoint names only the file. */
  readonly exportName: string | undefined;
}

const extensions: readonly string[] = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/** Reads the entrypoint of a deployment, whose file lies in the folder. Throws a `UsageError` for the entrypoint of another language. */
export function readEntrypoint(entrypoint: string, folder: string): Entrypoint {
  const [, file = entrypoint, exportName] = /^(.+):([^:/\\]+)$/.exec(entrypoint) ?? [];
  if (extensions.includes(extname(file))) return { file: resolve(folder, file), exportName };
  const other =
    extname(file) === ".py" || extname(file) === ""
      ? "A flow of Python is executed by Python: python -m prefect flow-run execute."
      : `Its file must end in one of ${extensions.join(", ")}.`;
  throw new UsageError(
    `The entrypoint ${JSON.stringify(entrypoint)} is not a flow of TypeScript or JavaScript. ${other}`,
  );
}
