import { fileURLToPath } from "node:url";
import { pythonWith } from "./python-packages.ts";

/** Pythons with the servers that come from PyPI; one may have both. */
export interface ServicePythons {
  readonly mlflow: string;
  readonly storage: string;
}

const requirements = fileURLToPath(new URL("../requirements-services.txt", import.meta.url));

/**
 * For examples that a user starts: the Pythons that `MLFLOW_3_PYTHON` and `INTEGRATIONS_PYTHON` name, or one that is made once. Rejects where there is no
 * Python 3.
 */
export async function servicePythons(say: (sentence: string) => void): Promise<ServicePythons> {
  const { MLFLOW_3_PYTHON: mlflow, INTEGRATIONS_PYTHON: storage } = process.env;
  if (mlflow !== undefined && storage !== undefined) return { mlflow, storage };
  say("Taking MLflow and other servers from PyPI, which takes some minutes the first time …");
  const python = await pythonWith(requirements);
  if (python === undefined) throw new Error("MLflow is a program in Python: install Python 3 to run this example.");
  return { mlflow: mlflow ?? python, storage: storage ?? python };
}
