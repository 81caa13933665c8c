/** What a name may be made of. The sentences are Prefect's. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly maxCharacters: number;
  /** What a server says of a name that does not fit. */
  readonly refusal: string;
}

export const variableNames: NameRule = {
  pattern: /^[a-z0-9_-]*$/,
  maxCharacters: 255,
  refusal: "Variable name must only contain lowercase letters, numbers, and dashes or underscores.",
};

/** The names of block documents and the slugs of block types. */
export function dashedNames(subject: string): NameRule {
  return {
    pattern: /^[a-z0-9-]*$/,
    maxCharacters: 2000,
    refusal: `${subject} must only contain lowercase letters, numbers, and dashes.`,
  };
}

export const blockDocumentNames: NameRule = dashedNames("Block document name");
