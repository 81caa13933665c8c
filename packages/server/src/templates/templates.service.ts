import type { TemplateProblem } from "@ostinato/protocol";
import { checkTemplate, TemplateSyntaxError } from "@ostinato/templates";

/** Undefined where the text is a template. */
export function problemOfTemplate(source: string): TemplateProblem | undefined {
  try {
    checkTemplate(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    return { error: { line: error.line, message: error.message, source } };
  }
}
