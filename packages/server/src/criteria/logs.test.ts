import { logSearch } from "../../test/criteria/searches.ts";
import { describeSearch } from "../../test/criteria/suite.ts";

describeSearch("logs", ["logs"], logSearch);
