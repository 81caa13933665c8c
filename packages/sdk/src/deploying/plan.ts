import type { FieldChange, KeptField } from "./deployment-differences.ts";

/** What a deploy is going to do with a deployment or an automation. */
export interface Plan {
  /** For people: `train/nightly`, or `automation "training fails"`. */
  readonly name: string;
  readonly action: "create" | "change" | "unchanged" | "delete";
  readonly changes: readonly FieldChange[];
  readonly kept: readonly KeptField[];
  apply(): Promise<unknown>;
}
