import type { JsonObject } from "../json.ts";

/** A type of work pool: what its workers start, and the job template that a new pool of it gets. */
export interface WorkerType {
  readonly type: string;
  readonly display_name: string;
  readonly description: string;
  /** The command that installs Prefect's worker of this type. */
  readonly install_command: string;
  readonly documentation_url: string;
  readonly logo_url: string | null;
  readonly is_beta: boolean;
  readonly default_base_job_configuration: {
    readonly job_configuration: JsonObject;
    readonly variables: JsonObject;
  };
}
