/** A flow, as far as automations know it. */
export interface NamedFlow {
  readonly name: string;
  readonly fn: (parameters: never) => unknown;
}
