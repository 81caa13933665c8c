import { flowSearch } from "../../test/criteria/searches.ts";
import { describeSearch } from "../../test/criteria/suite.ts";

describeSearch("flows", ["flows"], flowSearch);
