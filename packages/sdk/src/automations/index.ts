export type { Action } from "./action.ts";
export type {
  ChangeStateOptions,
  MessageOptions,
  RunOptions,
  WebhookOptions,
} from "./actions.ts";
export {
  callWebhook,
  cancelRun,
  changeState,
  customWebhook,
  deleteRun,
  discord,
  doNothing,
  email,
  mattermost,
  notify,
  opsgenie,
  pagerDuty,
  pauseAutomation,
  pauseDeployment,
  pauseWorkPool,
  pauseWorkQueue,
  resumeAutomation,
  resumeDeployment,
  resumeRun,
  resumeWorkPool,
  resumeWorkQueue,
  runDeployment,
  slack,
  suspendRun,
  teams,
  twilio,
  webhook,
} from "./actions.ts";
export { type Automation, type AutomationOptions, automation } from "./automation.ts";
export type { SavedAutomation } from "./definition.ts";
export type { DeploymentReference } from "./references.ts";
export type * from "./when.ts";
