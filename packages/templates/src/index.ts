export type { TemplateLimits } from "./budget.ts";
export type { Links } from "./environment.ts";
export { TemplateRenderError, TemplateSyntaxError } from "./errors.ts";
export { Moment, Span } from "./moments.ts";
export { checkTemplate, type RenderOptions, renderField, renderTemplate } from "./template.ts";
