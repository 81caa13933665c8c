import {
  anyObject,
  block,
  commonVariables,
  defined,
  flag,
  number,
  password,
  sameNames,
  text,
  textsByName,
  wholeNumber,
} from "./variables.ts";
import type { WorkerType } from "./worker-type.ts";

const taskDefinition = {
  containerDefinitions: [{ image: "{{ image }}", name: "{{ container_name }}" }],
  cpu: "{{ cpu }}",
  family: "{{ family }}",
  memory: "{{ memory }}",
  executionRoleArn: "{{ execution_role_arn }}",
};

const containerOverrides = {
  name: "{{ container_name }}",
  command: "{{ command }}",
  environment: "{{ env }}",
  cpu: "{{ cpu }}",
  memory: "{{ memory }}",
};

const taskRunRequest = {
  launchType: "{{ launch_type }}",
  cluster: "{{ cluster }}",
  overrides: {
    containerOverrides: [containerOverrides],
    cpu: "{{ cpu }}",
    memory: "{{ memory }}",
    taskRoleArn: "{{ task_role_arn }}",
  },
  tags: "{{ labels }}",
  taskDefinition: "{{ task_definition_arn }}",
  capacityProviderStrategy: "{{ capacity_provider_strategy }}",
};

const clientParameters = {
  title: "AwsClientParameters",
  description: "How the clients of AWS connect.",
  type: "object",
  properties: {
    api_version: text("API version", "The version of the API. By default the newest that the client knows."),
    use_ssl: flag("Use TLS", "Whether the connection is encrypted.", { default: true }),
    verify: {
      title: "Check certificates",
      description: "Whether certificates are checked, or the file of the certificates that are trusted.",
      anyOf: [{ type: "boolean" }, { type: "string", format: "file-path" }],
      default: true,
    },
    verify_cert_path: text("Trusted certificates", "The file of the certificates that are trusted.", {
      format: "file-path",
    }),
    endpoint_url: text("Endpoint", "The URL to connect to, where it is not AWS itself."),
    config: anyObject("Client options", "Further options of the client."),
  },
};

const credentials = block(
  "aws-credentials",
  {
    title: "AwsCredentials",
    description: "How to sign in to AWS. Without any of these, the surroundings of the worker decide.",
    properties: {
      aws_access_key_id: text("Access key", "The id of the access key."),
      aws_secret_access_key: text("Secret key", "The secret that belongs to the access key.", password),
      aws_session_token: text("Session token", "The token of temporary credentials."),
      profile_name: text("Profile", "The profile of the AWS configuration on the worker's machine."),
      region_name: text("Region", "The region to connect to."),
      aws_client_parameters: defined("Connection", "How the clients of AWS connect.", "AwsClientParameters"),
    },
  },
  ["aws_secret_access_key"],
);

const capacityProvider = {
  title: "CapacityProvider",
  description: "A provider of capacity and its share of the tasks.",
  type: "object",
  properties: {
    capacityProvider: text("Provider", "The name of the provider."),
    weight: wholeNumber("Weight", "Its share of the tasks beside the other providers."),
    base: wholeNumber("Base", "The number of tasks that it gets in any case."),
  },
  required: ["capacityProvider", "weight", "base"],
};

const properties = {
  ...commonVariables,
  task_definition_arn: text(
    "Task definition",
    "The ARN of a task definition to run as it is. By default the worker registers one from the template.",
  ),
  aws_credentials: defined("AWS credentials", "How to sign in to AWS.", "AwsCredentials"),
  cluster: text("Cluster", "The name or ARN of the ECS cluster. By default the account's default cluster."),
  family: text("Family", "The family of the task definition that the worker registers."),
  launch_type: text("Launch type", "On what the tasks run.", {
    default: "FARGATE",
    enum: ["FARGATE", "EC2", "EXTERNAL", "FARGATE_SPOT"],
  }),
  capacity_provider_strategy: {
    title: "Capacity providers",
    description: "The providers among which the tasks are divided. They take the place of the launch type.",
    type: "array",
    items: { $ref: "#/definitions/CapacityProvider" },
  },
  image: text("Image", "The image of the task's container. By default one of the same version as the worker."),
  cpu: wholeNumber("CPU", "CPU units of the task: 1024 are one CPU."),
  memory: wholeNumber("Memory", "Memory of the task in MiB."),
  container_name: text("Container", "The name of the container that runs the flow run."),
  task_role_arn: text("Task role", "The role whose rights the flow run has."),
  execution_role_arn: text("Execution role", "The role with which ECS pulls the image and writes logs."),
  vpc_id: text("VPC", "The network of the task, for the network mode awsvpc. By default the account's default VPC."),
  configure_cloudwatch_logs: flag(
    "Write to CloudWatch",
    "Whether the container's output goes to CloudWatch. Needs an execution role that may write there.",
  ),
  cloudwatch_logs_options: textsByName(
    "CloudWatch options",
    "Options of the awslogs driver, which win over the worker's.",
  ),
  cloudwatch_logs_prefix: text("CloudWatch prefix", "What the names of the log streams begin with."),
  network_configuration: anyObject("Network", "Subnets, security groups and public addresses, in the words of ECS."),
  stream_output: flag("Show output", "Whether the worker also shows what the container prints. Needs CloudWatch."),
  task_start_timeout_seconds: wholeNumber(
    "Time limit for the start",
    "Seconds for which the worker waits until the task has started.",
    {
      default: 300,
    },
  ),
  task_watch_poll_interval: number("Poll interval", "Seconds between two looks at the task.", { default: 5 }),
  auto_deregister_task_definition: flag(
    "Remove the definition",
    "Whether a task definition that the worker registered is deregistered.",
    {
      default: false,
    },
  ),
  match_latest_revision_in_family: flag(
    "Use the family's newest definition",
    "Whether the newest definition of the family is used where it is equal, in place of registering one.",
    { default: false },
  ),
};

export const ecsType: WorkerType = {
  type: "ecs",
  display_name: "AWS Elastic Container Service",
  description: "Runs each flow run as a task of AWS ECS, on Fargate or EC2. Needs an AWS account.",
  install_command: "pip install prefect-aws",
  documentation_url: "https://docs.prefect.io/integrations/prefect-aws",
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: {
      ...sameNames("command", "env", "labels", "name", "aws_credentials"),
      task_definition: taskDefinition,
      task_run_request: taskRunRequest,
      ...sameNames(
        "configure_cloudwatch_logs",
        "cloudwatch_logs_options",
        "cloudwatch_logs_prefix",
        "network_configuration",
        "stream_output",
        "task_start_timeout_seconds",
        "task_watch_poll_interval",
        "auto_deregister_task_definition",
        "vpc_id",
        "container_name",
        "cluster",
        "match_latest_revision_in_family",
      ),
    },
    variables: {
      type: "object",
      properties,
      definitions: {
        AwsClientParameters: clientParameters,
        AwsCredentials: credentials,
        CapacityProvider: capacityProvider,
      },
    },
  },
};
