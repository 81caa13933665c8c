import { lendPackage } from "@ostinato/sdk/lent-package";
import { executeJob } from "@ostinato/sdk/run-child";

lendPackage((specifier) => import.meta.resolve(specifier));
await executeJob();
