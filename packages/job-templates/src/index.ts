export { formSchema, type JobPreview, jobPreview } from "./form.ts";
export {
  filledConfiguration,
  type JobConfigurationOptions,
  jobConfiguration,
  mergedJobVariables,
  variableDefaults,
} from "./job-configuration.ts";
export { JobTemplateError } from "./job-template-error.ts";
export type { JsonObject } from "./json.ts";
export {
  type Environment,
  fillPlaceholders,
  type Placeholder,
  type PlaceholderKind,
  placeholdersIn,
} from "./placeholders.ts";
export { noReferences, type References, resolveReferences } from "./references.ts";
export { type TemplateProblem, templateProblem, templateWarnings, unknownJobVariables } from "./template-problems.ts";
