import { commonVariables, defined, gcpCredentials, number, sameNames, text, texts, wholeNumber } from "./variables.ts";
import type { WorkerType } from "./worker-type.ts";

const workerPool = {
  replica_count: 1,
  container_spec: { image_uri: "{{ image }}", command: "{{ command }}", args: [] },
  machine_spec: {
    machine_type: "{{ machine_type }}",
    accelerator_type: "{{ accelerator_type }}",
    accelerator_count: "{{ accelerator_count }}",
  },
  disk_spec: { boot_disk_type: "{{ boot_disk_type }}", boot_disk_size_gb: "{{ boot_disk_size_gb }}" },
};

export const vertexAiType: WorkerType = {
  type: "vertex-ai",
  display_name: "Google Vertex AI",
  description:
    "Runs each flow run as a custom job of Google Vertex AI, with GPUs where wanted. Needs a Google Cloud account.",
  install_command: "pip install prefect-gcp",
  documentation_url: "https://docs.prefect.io/integrations/prefect-gcp",
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: {
      ...sameNames("command", "env", "labels", "name", "region", "credentials"),
      job_spec: {
        ...sameNames("service_account_name", "network", "reserved_ip_ranges", "maximum_run_time_hours"),
        worker_pool_specs: [workerPool],
      },
      ...sameNames("job_watch_poll_interval"),
    },
    variables: {
      type: "object",
      properties: {
        ...commonVariables,
        region: text("Region", "The region in which the job runs.", { example: "europe-west4" }),
        image: text("Image", "The image of the job's container.", {
          example: "europe-docker.pkg.dev/project/team/flows:1.4",
        }),
        credentials: defined("Google Cloud credentials", "How to sign in to Google Cloud.", "GcpCredentials"),
        machine_type: text("Machine type", "The type of the machine that runs the job.", { default: "n1-standard-4" }),
        accelerator_type: text("Accelerator", "The type of GPU of the machine.", { example: "NVIDIA_TESLA_T4" }),
        accelerator_count: wholeNumber("Accelerators", "How many GPUs the machine gets.", { example: 1 }),
        boot_disk_type: text("Disk type", "The type of the machine's disk.", { default: "pd-ssd" }),
        boot_disk_size_gb: wholeNumber("Disk size", "The size of the machine's disk in GB.", { default: 100 }),
        maximum_run_time_hours: wholeNumber("Time limit", "Hours after which Vertex AI ends the job.", { default: 1 }),
        network: text("Network", "The network with which the job is peered."),
        reserved_ip_ranges: texts(
          "Reserved addresses",
          "The reserved ranges of addresses of the network that the job may use.",
        ),
        service_account_name: text("Service account", "The service account under which the job runs."),
        job_watch_poll_interval: number("Poll interval", "Seconds between two looks at the job.", { default: 5 }),
      },
      required: ["region", "image"],
      definitions: { GcpCredentials: gcpCredentials },
    },
  },
};
