import { commonVariables, defined, flag, gcpCredentials, sameNames, text, texts, wholeNumber } from "./variables.ts";
import type { WorkerType } from "./worker-type.ts";

const documentation_url = "https://docs.prefect.io/integrations/prefect-gcp";
const install_command = "pip install prefect-gcp";

const resources = { cpu: "{{ cpu }}", memory: "{{ memory }}" };

const jobBody = {
  apiVersion: "run.googleapis.com/v1",
  kind: "Job",
  metadata: { name: "{{ name }}", annotations: { "run.googleapis.com/launch-stage": "BETA" } },
  spec: {
    template: {
      spec: {
        template: {
          spec: {
            containers: [
              {
                image: "{{ image }}",
                command: "{{ command }}",
                resources: { limits: resources, requests: resources },
              },
            ],
            timeoutSeconds: "{{ timeout }}",
            serviceAccountName: "{{ service_account_name }}",
          },
        },
      },
      metadata: { annotations: { "run.googleapis.com/vpc-access-connector": "{{ vpc_connector_name }}" } },
    },
  },
};

const jobBodyV2 = {
  client: "prefect",
  launchStage: "{{ launch_stage }}",
  template: {
    template: {
      serviceAccount: "{{ service_account_name }}",
      maxRetries: "{{ max_retries }}",
      timeout: "{{ timeout }}",
      vpcAccess: { connector: "{{ vpc_connector_name }}" },
      containers: [
        {
          env: [],
          image: "{{ image }}",
          command: "{{ command }}",
          args: "{{ args }}",
          resources: { limits: resources },
        },
      ],
    },
  },
};

const memoryPattern = "^\\d+(?:G|Gi|M|Mi)$";
const serviceAccountExample = "flows@project.iam.gserviceaccount.com";

/** What both versions take in the same way. */
const sharedProperties = {
  ...commonVariables,
  credentials: defined("Google Cloud credentials", "How to sign in to Google Cloud.", "GcpCredentials"),
  keep_job: flag("Keep finished jobs", "Whether a job stays in Cloud Run once it has finished.", { default: false }),
  vpc_connector_name: text("VPC connector", "The connector through which the job reaches a VPC."),
  service_account_name: text("Service account", "The service account under which the job runs.", {
    example: serviceAccountExample,
  }),
};

const region = { title: "Region", description: "The region in which the job runs." };
const timeLimit = { title: "Time limit", description: "Seconds after which Cloud Run ends the job." };

export const cloudRunType: WorkerType = {
  type: "cloud-run",
  display_name: "Google Cloud Run",
  description:
    "Runs each flow run as a job of Google Cloud Run, by the first version of its API. Needs a Google Cloud account.",
  install_command,
  documentation_url,
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: {
      ...sameNames("command", "env", "labels", "name", "region", "credentials"),
      job_body: jobBody,
      ...sameNames("timeout", "keep_job"),
    },
    variables: {
      type: "object",
      properties: {
        ...sharedProperties,
        region: text(region.title, region.description, { default: "us-central1", example: "europe-west3" }),
        image: text("Image", "The image of the job's container. By default one of the same version as the worker.", {
          example: "europe-docker.pkg.dev/project/team/flows:1.4",
        }),
        cpu: text("CPU", "Thousandths of a CPU, such as 1000m.", { pattern: "^(\\d*000)m$", example: "2000m" }),
        memory: text("Memory", "The memory of the container, such as 512Mi.", {
          pattern: memoryPattern,
          example: "1Gi",
        }),
        timeout: wholeNumber(timeLimit.title, timeLimit.description, {
          default: 600,
          exclusiveMinimum: 0,
          maximum: 3600,
        }),
      },
      definitions: { GcpCredentials: gcpCredentials },
    },
  },
};

export const cloudRunV2Type: WorkerType = {
  type: "cloud-run-v2",
  display_name: "Google Cloud Run V2",
  description:
    "Runs each flow run as a job of Google Cloud Run, by the second version of its API. Needs a Google Cloud account.",
  install_command,
  documentation_url,
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: {
      ...sameNames("command", "env", "labels", "name", "credentials"),
      job_body: jobBodyV2,
      ...sameNames("keep_job", "region", "timeout"),
    },
    variables: {
      type: "object",
      properties: {
        ...sharedProperties,
        region: text(region.title, region.description, { default: "us-central1" }),
        image: text("Image", "The image of the job's container.", { default: "prefecthq/prefect:3-latest" }),
        args: texts("Arguments", "The arguments of the command."),
        launch_stage: text("Launch stage", "The stage of the features of Cloud Run that the job may use.", {
          default: "BETA",
          enum: [
            "ALPHA",
            "BETA",
            "GA",
            "DEPRECATED",
            "EARLY_ACCESS",
            "PRELAUNCH",
            "UNIMPLEMENTED",
            "LAUNCH_TAG_UNSPECIFIED",
          ],
        }),
        max_retries: wholeNumber("Retries", "How often Cloud Run starts the job again where it fails.", { default: 0 }),
        cpu: text("CPU", "Thousandths of a CPU, such as 1000m.", { default: "1000m" }),
        memory: text("Memory", "The memory of the container, such as 512Mi.", {
          default: "512Mi",
          pattern: memoryPattern,
          example: "1Gi",
        }),
        timeout: wholeNumber(timeLimit.title, timeLimit.description, {
          default: 600,
          exclusiveMinimum: 0,
          maximum: 604_800,
        }),
      },
      definitions: { GcpCredentials: gcpCredentials },
    },
  },
};
