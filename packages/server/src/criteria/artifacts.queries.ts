import type { ArtifactCollectionFilter, ArtifactFilter } from "@ostinato/protocol";
import { type CriteriaTable, criteriaOf } from "./criteria.queries.ts";
import { contains, isPresent, oneOf, oneOfIds, otherThan } from "./operators.queries.ts";

/** The criteria that the filters of artifacts and of collections share. */
const common = {
  key: { any_: oneOf("artifact.key"), like_: contains("artifact.key"), exists_: isPresent("artifact.key") },
  flow_run_id: { any_: oneOfIds("artifact.flow_run_id") },
  task_run_id: { any_: oneOfIds("artifact.task_run_id") },
  type: { any_: oneOf("artifact.type"), not_any_: otherThan("artifact.type") },
} satisfies CriteriaTable<Omit<ArtifactFilter, "id">>;

export const artifactCondition = criteriaOf<ArtifactFilter>({ id: { any_: oneOfIds("artifact.id") }, ...common });

export const collectionCondition = criteriaOf<ArtifactCollectionFilter>({
  latest_id: { any_: oneOfIds("artifact.id") },
  ...common,
});
