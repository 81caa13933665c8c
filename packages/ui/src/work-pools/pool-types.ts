import type { IconName } from "../components/icon.tsx";

interface PoolTypeLook {
  readonly label: string;
  readonly icon: IconName;
}

const looks: Readonly<Record<string, PoolTypeLook>> = {
  process: { label: "Process", icon: "terminal" },
  docker: { label: "Docker", icon: "container" },
  kubernetes: { label: "Kubernetes", icon: "cluster" },
  ecs: { label: "Amazon ECS", icon: "cloud" },
  "cloud-run": { label: "Google Cloud Run", icon: "cloud" },
  "cloud-run-v2": { label: "Google Cloud Run v2", icon: "cloud" },
  "vertex-ai": { label: "Google Vertex AI", icon: "cloud" },
  "azure-container-instance": { label: "Azure Container Instances", icon: "cloud" },
  "prefect-agent": { label: "Agent", icon: "worker" },
};

/** The name and the icon of a type of work pools. Types that others made up show their own name. */
export function lookOfPoolType(type: string): PoolTypeLook {
  return looks[type] ?? { label: type, icon: "pool" };
}
