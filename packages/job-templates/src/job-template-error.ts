/** A job configuration can't be made of a template and job variables. The message names the field, the value and a remedy. */
export class JobTemplateError extends Error {
  override readonly name = "JobTemplateError";
  /** The job variable or the part of the template that is to be mended, such as `env` or `variables.properties.image`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
