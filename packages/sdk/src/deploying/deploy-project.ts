export { describe } from "../serving/file-in-process.ts";
export type { FileDescription } from "../serving/run-job.ts";
export { session } from "../session/session.ts";
export type { DeploymentPlan } from "./deployment-plan.ts";
export type { Plan } from "./plan.ts";
export { type Project, type ProjectEntry, readProject, refuseEqualNames } from "./project.ts";
export { type ProjectPlan, planProject } from "./project-plan.ts";
