import { artifactSearch, collectionSearch } from "../../test/criteria/searches.ts";
import { describeSearch } from "../../test/criteria/suite.ts";

describeSearch("artifacts", ["artifacts"], artifactSearch);
describeSearch("the newest artifact of each key", ["artifacts"], collectionSearch);
