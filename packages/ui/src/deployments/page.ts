import { definePage } from "../define-page.ts";
import { deploymentListQuery, deploymentQuery } from "./deployments.queries.ts";
import { readDeploymentSearch, readDeploymentsSearch } from "./deployments-search.ts";

export const deploymentsPage = definePage({
  path: "/deployments",
  search: readDeploymentsSearch,
  questions: ({ search }) => [deploymentListQuery(search)],
  topic: () => ({ kind: "deployments" }),
  nav: { label: "Deployments", icon: "deployments", shortcut: "p" },
  load: () => import("./deployments-page.tsx").then((module) => module.DeploymentsPage),
  later: [() => import("./deployment-bulk-bar.tsx")],
});

export const deploymentPage = definePage({
  path: "/deployments/$id",
  formerPaths: ["/deployments/deployment/$id"],
  within: "/deployments",
  search: readDeploymentSearch,
  searchDeps: () => ({}),
  questions: ({ params }) => [deploymentQuery(params.id)],
  topic: ({ id }) => ({ kind: "deployment", deployment_id: id }),
  hits: { kind: "deployment", label: "Deployments", icon: "deployments" },
  load: () => import("./deployment-page.tsx").then((module) => module.DeploymentPage),
});
