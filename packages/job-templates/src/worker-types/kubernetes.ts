import { anyObject, block, commonVariables, defined, flag, sameNames, text, wholeNumber } from "./variables.ts";
import type { WorkerType } from "./worker-type.ts";

const container = {
  name: "prefect-job",
  env: "{{ env }}",
  image: "{{ image }}",
  imagePullPolicy: "{{ image_pull_policy }}",
  args: "{{ command }}",
  resources: {
    limits: { cpu: "{{ cpu_limit }}", memory: "{{ memory_limit }}" },
    requests: { cpu: "{{ cpu_request }}", memory: "{{ memory_request }}" },
  },
};

export const kubernetesType: WorkerType = {
  type: "kubernetes",
  display_name: "Kubernetes",
  description: "Runs each flow run as a job of a Kubernetes cluster.",
  install_command: "pip install prefect-kubernetes",
  documentation_url: "https://docs.prefect.io/integrations/prefect-kubernetes",
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: {
      ...sameNames("command", "env", "labels", "name", "namespace"),
      job_manifest: {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { labels: "{{ labels }}", namespace: "{{ namespace }}", generateName: "{{ name }}-" },
        spec: {
          backoffLimit: 0,
          ttlSecondsAfterFinished: "{{ finished_job_ttl }}",
          template: {
            spec: {
              parallelism: 1,
              completions: 1,
              restartPolicy: "Never",
              serviceAccountName: "{{ service_account_name }}",
              containers: [container],
            },
          },
        },
      },
      ...sameNames("cluster_config", "job_watch_timeout_seconds", "pod_watch_timeout_seconds", "stream_output"),
    },
    variables: {
      type: "object",
      properties: {
        ...commonVariables,
        namespace: text("Namespace", "The namespace in which the job is made.", { default: "default" }),
        image: text("Image", "The image of the job's container. By default one of the same version as the worker.", {
          example: "registry.example.com/team/flows:1.4",
        }),
        service_account_name: text("Service account", "The service account under which the job runs."),
        image_pull_policy: text("Pull the image", "When the cluster pulls the image.", {
          default: "IfNotPresent",
          enum: ["IfNotPresent", "Always", "Never"],
        }),
        finished_job_ttl: wholeNumber(
          "Keep finished jobs",
          "Seconds after which the cluster removes a finished job. By default it stays.",
        ),
        job_watch_timeout_seconds: wholeNumber(
          "Time limit for the job",
          "Seconds for which the worker waits until the job has finished. By default there is no limit.",
        ),
        pod_watch_timeout_seconds: wholeNumber(
          "Time limit for the start",
          "Seconds for which the worker waits until the pod of the job has started.",
          { default: 60 },
        ),
        stream_output: flag("Show output", "Whether the worker also shows what the job prints.", { default: true }),
        cluster_config: defined(
          "Cluster",
          "The cluster to use. By default that of the worker's surroundings.",
          "KubernetesClusterConfig",
        ),
        cpu_request: text("CPU request", "The CPU that the cluster sets aside for the job, such as 500m."),
        cpu_limit: text("CPU limit", "The CPU that the job may take, such as 2."),
        memory_request: text("Memory request", "The memory that the cluster sets aside for the job, such as 512Mi."),
        memory_limit: text("Memory limit", "The memory that the job may take, such as 2Gi."),
      },
      definitions: {
        KubernetesClusterConfig: block("kubernetes-cluster-config", {
          title: "KubernetesClusterConfig",
          description: "A cluster and how to reach it.",
          properties: {
            config: anyObject("Configuration", "The content of a kubeconfig file."),
            context_name: text("Context", "The context of the configuration to use."),
          },
          required: ["config", "context_name"],
        }),
      },
    },
  },
};
