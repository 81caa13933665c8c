import { renderField, TemplateRenderError, TemplateSyntaxError } from "@ostinato/templates";
import type { Context } from "../kernel/context.ts";
import { HydrationError, hydrated, type Templates } from "../user-input/hydration.rules.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import { withRecipes } from "../user-input/parameter-templates.rules.ts";
import { withVariables } from "../variables/variables.service.ts";
import { ActionFailed, type ActionJob } from "./action-job.ts";
import { type TemplateValues, templateValues } from "./template-context.service.ts";

/** The texts that the templates of an action give. */
export async function renderedTexts(
  context: Context,
  job: ActionJob,
  templates: readonly string[],
): Promise<readonly string[]> {
  const values = await templateValues(context, job, templates);
  return templates.map((template) => render(context, template, values));
}

/** The parameters of an action with their templates rendered and their recipes followed. */
export async function renderedParameters(
  context: Context,
  job: ActionJob,
  parameters: JsonObject,
): Promise<JsonObject> {
  const values = await templateValues(context, job, [JSON.stringify(parameters)]);
  const templates: Templates = { render: (template) => render(context, template, values), check: () => {} };
  try {
    return await withVariables(
      context.db.read,
      (readVariable) => hydrated(withRecipes(parameters), templates, readVariable) as JsonObject,
    );
  } catch (error) {
    if (error instanceof HydrationError) throw new ActionFailed(`The parameters can't be made: ${error.message}`);
    throw error;
  }
}

function render({ clock }: Context, template: string, values: TemplateValues): string {
  try {
    return renderField(template, { ...values, now: clock.now(), chance: Math.random });
  } catch (error) {
    if (!(error instanceof TemplateRenderError || error instanceof TemplateSyntaxError)) throw error;
    throw new ActionFailed(`Template rendering failed: ${error.message}`, {
      details: { template_error: error.message, template_source: template },
    });
  }
}
