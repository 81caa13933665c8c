import { deploymentSearch } from "../../test/criteria/searches.ts";
import { describeSearch } from "../../test/criteria/suite.ts";

describeSearch("deployments", ["deployments"], deploymentSearch);
