import { isUuid } from "@ostinato/core";
import { executeDeployedRun } from "@ostinato/sdk/deployed-run";
import { lendPackage } from "@ostinato/sdk/lent-package";
import { usageError } from "../errors.ts";

/** Executes a run of a deployment in this process, as a worker has it done, and ends the process. */
export async function execute(given: string | undefined): Promise<void> {
  const id = given ?? process.env.PREFECT__FLOW_RUN_ID;
  if (id === undefined || id === "") {
    throw usageError("There is no run to execute: name it by its id, or in the variable PREFECT__FLOW_RUN_ID.");
  }
  if (!isUuid(id)) {
    const where = given === undefined ? "PREFECT__FLOW_RUN_ID" : "The argument";
    throw usageError(`${where} is ${JSON.stringify(id)}, which is not the id of a flow run.`);
  }
  const token = process.env.OSTINATO__CLAIM || undefined;
  // Programs that the run starts do not act for it.
  delete process.env.OSTINATO__CLAIM;
  lendPackage((specifier) => import.meta.resolve(specifier));
  // The entry of the package registers the thread that reports the end of a process; the session takes it when it is opened.
  await import(import.meta.resolve("ostinato"));
  try {
    await executeDeployedRun({ flowRunId: id, token });
  } catch (error) {
    throw error instanceof Error && error.name === "UsageError" ? usageError(error.message) : error;
  }
}
