import { commonVariables, flag, sameNames, text } from "./variables.ts";
import type { WorkerType } from "./worker-type.ts";

export const processType: WorkerType = {
  type: "process",
  display_name: "Process",
  description: "Runs each flow run in a process of its own, on the machine of the worker.",
  install_command: "pip install prefect",
  documentation_url: "https://docs.prefect.io/v3/concepts/workers",
  logo_url: null,
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: sameNames("command", "env", "labels", "name", "stream_output", "working_dir"),
    variables: {
      type: "object",
      properties: {
        ...commonVariables,
        stream_output: flag("Show output", "Whether the worker also shows what the process prints.", { default: true }),
        working_dir: text(
          "Working directory",
          "The folder in which the process starts. By default the worker makes one for the run and removes it afterwards.",
          { format: "path" },
        ),
      },
    },
  },
};
