import { type TemplateProblem, validateTemplate } from "@ostinato/protocol";
import { Answer, type Serve } from "../kernel/operation.ts";
import { problemOfTemplate } from "./templates.service.ts";

export function templateRoutes(serve: Serve): void {
  serve(validateTemplate, ({ body }) => {
    const problem = problemOfTemplate(body);
    return problem === undefined ? null : new Answer<TemplateProblem>(422, problem);
  });
}
