/** A message that is sent to people. */
export interface Message {
  /** The same at each attempt, so that services and readers know a message that comes twice. */
  readonly id: string;
  /** One line. */
  readonly subject: string;
  /** Markdown, which services that know none of it show as it is. */
  readonly body: string;
}

export type BlockData = Readonly<Record<string, unknown>>;

/** A block of a service that takes messages, with its secrets. */
export interface MessageBlock {
  readonly type: string;
  readonly data: BlockData;
}

/** When an attempt may do better: never, within a minute, or after minutes, for which mail servers ask. */
export type RetryPace = "never" | "soon" | "later";

interface Circumstances {
  readonly retry?: RetryPace;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly delivered?: readonly string[];
}

/** A message, or a part of it, did not reach its service. */
export class NotSent extends Error {
  override readonly name = "NotSent";
  readonly retry: RetryPace;
  /** What the service answered. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The recipients that have the message, now or from attempts before. */
  readonly delivered: readonly string[];

  constructor(reason: string, { retry = "never", details = {}, delivered = [] }: Circumstances = {}) {
    super(reason);
    this.retry = retry;
    this.details = details;
    this.delivered = delivered;
  }
}

/** The text with an ellipsis in place of what a service would refuse as too long. */
export function shortened(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The texts of a list; none where there is no list. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((part) => textOf(part) ?? []) : [];
}

/** The entries of an object, as texts. */
export function textEntries(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([name, part]) => [name, String(part)] as const);
}
