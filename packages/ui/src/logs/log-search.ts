export interface LogSearch {
  readonly level?: string | undefined;
  readonly text?: string | undefined;
  readonly line?: string | undefined;
  readonly lines?: "with-subflows" | undefined;
}
