import { checkTemplate, renderField, TemplateRenderError, TemplateSyntaxError } from "@ostinato/templates";
import { HydrationError, type Templates } from "./hydration.rules.ts";

/** The templates of inputs. They are given no values, as in Prefect: a name in them is empty. */
export const templates: Templates = {
  render: (template) => orHydrationError(() => renderField(template)),
  check: (template) => orHydrationError(() => checkTemplate(template)),
};

function orHydrationError<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      throw new HydrationError(`Invalid jinja: ${error.line > 0 ? `line ${error.line}: ` : ""}${error.message}`);
    }
    if (error instanceof TemplateRenderError) throw new HydrationError(`Invalid jinja: ${error.message}`);
    throw error;
  }
}
