/** A template that is not one: the author has to change it. */
export class TemplateSyntaxError extends Error {
  /** Counted from 1; 0 where the template as a whole is to blame. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** A template that could not be rendered with the values at hand, or that went beyond a limit. */
export class TemplateRenderError extends Error {}
