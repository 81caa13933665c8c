import { withMarkdown } from "../components/markdown.tsx";
import { definePage } from "../define-page.ts";
import { artifactListQuery, artifactQuery, artifactVersionsQuery } from "./artifacts.queries.ts";
import { readArtifactListSearch, readArtifactSearch } from "./artifacts-search.ts";

export const artifactsPage = definePage({
  path: "/artifacts",
  search: readArtifactListSearch,
  questions: ({ search }) => [artifactListQuery(search)],
  topic: () => ({ kind: "artifacts" }),
  nav: { label: "Artifacts", icon: "artifacts", shortcut: "a" },
  load: () => withMarkdown(import("./artifacts-page.tsx").then((module) => module.ArtifactsPage)),
});

export const artifactKeyPage = definePage({
  path: "/artifacts/key/$key",
  within: "/artifacts",
  search: readArtifactSearch,
  searchDeps: () => ({}),
  questions: ({ params }) => [artifactVersionsQuery(params.key)],
  topic: () => ({ kind: "artifacts" }),
  load: () => withMarkdown(import("./artifact-key-page.tsx").then((module) => module.ArtifactKeyPage)),
});

export const artifactPage = definePage({
  path: "/artifacts/artifact/$id",
  within: "/artifacts",
  questions: ({ params }) => [artifactQuery(params.id)],
  hits: { kind: "artifact", label: "Artifacts", icon: "artifacts" },
  load: () => withMarkdown(import("./artifact-page.tsx").then((module) => module.ArtifactPage)),
});
