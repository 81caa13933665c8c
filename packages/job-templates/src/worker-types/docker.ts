import {
  commonVariables,
  defined,
  dockerRegistryCredentials,
  flag,
  number,
  sameNames,
  text,
  texts,
  wholeNumber,
} from "./variables.ts";
import type { WorkerType } from "./worker-type.ts";

export const dockerType: WorkerType = {
  type: "docker",
  display_name: "Docker",
  description:
    "Runs each flow run in a Docker container. The machine of the worker needs a Docker engine that it may use.",
  install_command: "pip install prefect-docker",
  documentation_url: "https://docs.prefect.io/integrations/prefect-docker",
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: sameNames(
      "command",
      "env",
      "labels",
      "name",
      "image",
      "registry_credentials",
      "image_pull_policy",
      "networks",
      "network_mode",
      "auto_remove",
      "volumes",
      "stream_output",
      "container_wait_timeout",
      "mem_limit",
      "memswap_limit",
      "cpu_limit",
      "privileged",
    ),
    variables: {
      type: "object",
      properties: {
        ...commonVariables,
        image: text(
          "Image",
          "The image of the container. Workers of Ostinato need one; those of Prefect take the image of their own version by default.",
          {
            example: "registry.example.com/team/flows:1.4",
          },
        ),
        registry_credentials: defined(
          "Registry credentials",
          "How to sign in to the registry from which the image is pulled.",
          "DockerRegistryCredentials",
        ),
        image_pull_policy: text(
          "Pull the image",
          "When the image is pulled: always, never, where the machine has none yet, or where it can be pulled at all.",
          { enum: ["IfNotPresent", "Always", "IfPossible", "Never"] },
        ),
        networks: texts("Networks", "The Docker networks that the container joins."),
        network_mode: text(
          "Network mode",
          "The network mode of the container, such as host or bridge. Not beside networks.",
        ),
        auto_remove: flag("Remove when finished", "Whether the container is removed once it has finished.", {
          default: false,
        }),
        volumes: texts("Volumes", "What is mounted into the container, each as source:target or source:target:mode.", {
          example: ["/srv/data:/data:ro"],
        }),
        stream_output: flag("Show output", "Whether the worker also shows what the container prints.", {
          default: true,
        }),
        container_wait_timeout: wholeNumber(
          "Time limit for waiting",
          "Seconds for which the worker waits until the container has finished. By default there is no limit.",
          { exclusiveMinimum: 0 },
        ),
        mem_limit: text(
          "Memory limit",
          "The memory that the container may take, such as 512m or 2g; a bare number means bytes.",
        ),
        memswap_limit: text(
          "Memory and swap limit",
          "Memory and swap together, such as 1g; -1 sets no limit. Needs a memory limit, and is twice that by default.",
        ),
        cpu_limit: number(
          "CPU limit",
          "How many CPUs the container may take, such as 0.5 or 2. Workers of Ostinato keep to it.",
          {
            exclusiveMinimum: 0,
          },
        ),
        privileged: flag("Privileged", "Whether the container has all rights on the machine.", { default: false }),
      },
      definitions: { DockerRegistryCredentials: dockerRegistryCredentials },
    },
  },
};
