import { describe, expect, test } from "vitest";
import { taskNameOf } from "./task-names.ts";

const id = "c18a9c52-3c1d-4e5a-9a37-3f6d2b3c4d5e";

describe("the name of the task of a task run", () => {
  test.each([
    ["a run that the SDK numbered", "fetch tile-12", "fetch tile-ANZYu4__", id, "fetch tile"],
    ["a run that Prefect's client numbered", "evaluate-c18", "evaluate-1adec0a0", id, "evaluate"],
    ["a task whose name is not that of its function", "Load data-c18", "load_data-1adec0a0", id, "Load data"],
    ["a run that an older client numbered", "Load data-3", "load_data-1adec0a0", "3", "Load data"],
    ["a subflow", "ingest-lake-0", "child-ingest-lake-ANZYu4__", id, "ingest-lake"],
    ["a run with a name of its own", "tile 1234", "fetch tile-ANZYu4__", id, "fetch tile"],
    ["a run with a name of its own that ends in a number", "sample-40000", "load sample-ANZYu4__", id, "load sample"],
    ["a task whose name ends in a number", "step-2-0", "step-2-ANZYu4__", id, "step-2"],
    ["a run whose key is only a name", "clean", "clean", id, "clean"],
  ])("of %s", (_what, name, task_key, dynamic_key, task) => {
    expect(taskNameOf({ name, task_key, dynamic_key })).toBe(task);
  });
});
