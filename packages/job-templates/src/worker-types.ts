import { azureContainerInstanceType } from "./worker-types/azure-container-instance.ts";
import { cloudRunType, cloudRunV2Type } from "./worker-types/cloud-run.ts";
import { dockerType } from "./worker-types/docker.ts";
import { ecsType } from "./worker-types/ecs.ts";
import { kubernetesType } from "./worker-types/kubernetes.ts";
import { processType } from "./worker-types/process.ts";
import { vertexAiType } from "./worker-types/vertex-ai.ts";
import type { WorkerType } from "./worker-types/worker-type.ts";

export type { WorkerType } from "./worker-types/worker-type.ts";

/** The types by the Python package of their worker, as Prefect's clients ask for them. */
export type WorkerMetadata = Readonly<Record<string, Readonly<Record<string, WorkerType>>>>;

/** The answer to `GET /collections/views/aggregate-worker-metadata`. */
export function workerMetadata(): WorkerMetadata {
  return typesByPackage;
}

/** The type of a work pool; undefined for one that somebody made up, whose workers bring their template. */
export function workerType(type: string): WorkerType | undefined {
  return workerTypes.find((known) => known.type === type);
}

const typesByPackage = {
  prefect: byType(processType),
  "prefect-aws": byType(ecsType),
  "prefect-azure": byType(azureContainerInstanceType),
  "prefect-docker": byType(dockerType),
  "prefect-gcp": byType(cloudRunType, cloudRunV2Type, vertexAiType),
  "prefect-kubernetes": byType(kubernetesType),
} as const satisfies WorkerMetadata;

/** All types of work pools, those of which Ostinato has a worker of its own first. */
export const workerTypes: readonly WorkerType[] = [
  processType,
  dockerType,
  ...Object.values(typesByPackage)
    .flatMap((types) => Object.values(types))
    .filter((type) => type !== processType && type !== dockerType),
];

function byType(...types: readonly WorkerType[]): Readonly<Record<string, WorkerType>> {
  return Object.fromEntries(types.map((type) => [type.type, type]));
}
