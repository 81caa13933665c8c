import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Of the files of one kind Vitest begins with those that took longest, or where it has never run them with the largest. */
const kinds = [/\/e2e\/(?:schemathesis|chaos)\//, /\/e2e\//, /\.browser\.test\.ts$/, /\/packages\/ostinato\//];

/**
 * Begins with the files that take longest, so that the run does not end with one worker at a long file and the others without work, and ends
 * with those of which a process takes one after the other.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  if (!project.config.isolate) return kinds.length + 1;
  const rank = kinds.findIndex((kind) => kind.test(moduleId));
  return rank < 0 ? kinds.length : rank;
}
