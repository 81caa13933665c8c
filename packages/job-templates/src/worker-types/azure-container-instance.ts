import {
  anyObject,
  block,
  commonVariables,
  defined,
  dockerRegistryCredentials,
  flag,
  number,
  password,
  sameNames,
  text,
  texts,
  wholeNumber,
} from "./variables.ts";
import type { WorkerType } from "./worker-type.ts";

/** A template of the Azure Resource Manager, by which the worker makes the container. */
const armTemplate = {
  $schema: "https://schema.management.azure.com/schemas/2019-08-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    location: {
      type: "string",
      defaultValue: "[resourceGroup().location]",
      metadata: { description: "Where all of it is." },
    },
    container_group_name: {
      type: "string",
      defaultValue: "[uniqueString(resourceGroup().id)]",
      metadata: { description: "What the container group is called." },
    },
    container_name: {
      type: "string",
      defaultValue: "[uniqueString(resourceGroup().id)]",
      metadata: { description: "What the container is called." },
    },
  },
  resources: [
    {
      type: "Microsoft.ContainerInstance/containerGroups",
      apiVersion: "2022-09-01",
      name: "[parameters('container_group_name')]",
      location: "[parameters('location')]",
      properties: {
        containers: [
          {
            name: "[parameters('container_name')]",
            properties: {
              image: "{{ image }}",
              command: "{{ command }}",
              resources: { requests: { cpu: "{{ cpu }}", memoryInGB: "{{ memory }}" } },
              environmentVariables: [],
            },
          },
        ],
        osType: "Linux",
        restartPolicy: "Never",
      },
    },
  ],
};

const managedIdentity = {
  title: "ACRManagedIdentity",
  description: "A registry of Azure that is used by a managed identity.",
  type: "object",
  properties: {
    registry_url: text("Registry", "The address of the registry, such as team.azurecr.io."),
    identity: text("Identity", "The id of the user-assigned identity that may pull from the registry."),
  },
  required: ["registry_url", "identity"],
};

const credentials = block(
  "azure-container-instance-credentials",
  {
    title: "AzureContainerInstanceCredentials",
    description: "How to sign in to Azure. Without any of these, the surroundings of the worker decide.",
    properties: {
      client_id: text("Client", "The id of the service principal."),
      tenant_id: text("Tenant", "The id of the tenant of the service principal."),
      client_secret: text("Client secret", "The secret of the service principal.", password),
      credential_kwargs: anyObject("Further options", "Further options of Azure's DefaultAzureCredential."),
    },
  },
  ["client_secret"],
);

const properties = {
  ...commonVariables,
  image: text("Image", "The image of the container. By default one of the same version as the worker."),
  resource_group_name: text("Resource group", "The resource group in which containers are made."),
  subscription_id: text("Subscription", "The id of the Azure subscription that pays.", password),
  identities: texts("Identities", "The managed identities that the container gets."),
  entrypoint: text("Entrypoint", "The entrypoint of the container.", { default: "/opt/prefect/entrypoint.sh" }),
  image_registry: {
    title: "Registry",
    description: "How the image is pulled from a private registry.",
    anyOf: [{ $ref: "#/definitions/DockerRegistryCredentials" }, { $ref: "#/definitions/ACRManagedIdentity" }],
  },
  cpu: number("CPU", "How many CPUs the container gets.", { default: 1 }),
  gpu_count: wholeNumber("GPUs", "How many GPUs the container gets."),
  gpu_sku: text("GPU type", "The type of the GPUs, in the words of Azure."),
  memory: number("Memory", "The memory of the container in GB.", { default: 1 }),
  subnet_ids: texts("Subnets", "The subnets that the container joins."),
  dns_servers: texts("DNS servers", "The DNS servers that the container asks."),
  aci_credentials: defined("Azure credentials", "How to sign in to Azure.", "AzureContainerInstanceCredentials"),
  stream_output: flag("Show output", "Whether the worker also shows what the container prints.", { default: false }),
  task_start_timeout_seconds: wholeNumber(
    "Time limit for the start",
    "Seconds for which the worker waits until the container has started.",
    {
      default: 240,
    },
  ),
  task_watch_poll_interval: number("Poll interval", "Seconds between two looks at the container.", { default: 5 }),
};

export const azureContainerInstanceType: WorkerType = {
  type: "azure-container-instance",
  display_name: "Azure Container Instances",
  description: "Runs each flow run in a container of Azure Container Instances. Needs an Azure account.",
  install_command: "pip install prefect-azure",
  documentation_url: "https://docs.prefect.io/integrations/prefect-azure",
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: {
      ...sameNames(
        "command",
        "env",
        "labels",
        "name",
        "image",
        "resource_group_name",
        "subscription_id",
        "identities",
        "entrypoint",
        "image_registry",
        "cpu",
        "gpu_count",
        "gpu_sku",
        "memory",
        "subnet_ids",
        "dns_servers",
        "stream_output",
        "aci_credentials",
        "task_start_timeout_seconds",
        "task_watch_poll_interval",
      ),
      arm_template: armTemplate,
    },
    variables: {
      type: "object",
      properties,
      required: ["resource_group_name", "subscription_id"],
      definitions: {
        DockerRegistryCredentials: dockerRegistryCredentials,
        ACRManagedIdentity: managedIdentity,
        AzureContainerInstanceCredentials: credentials,
      },
    },
  },
};
