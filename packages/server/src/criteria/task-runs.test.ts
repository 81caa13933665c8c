import { taskRunSearch } from "../../test/criteria/searches.ts";
import { describeSearch } from "../../test/criteria/suite.ts";

describeSearch("task runs", ["task_runs"], taskRunSearch);
