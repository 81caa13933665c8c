import { serve } from "ostinato";
import { batchPredict } from "./batch-predict.ts";
import { trainFraudModel } from "./training.ts";
import { uploadClaims } from "./upload.ts";

await serve(
  uploadClaims.toDeployment({ name: "upload", tags: ["insurance"] }),
  trainFraudModel.toDeployment({ name: "nightly", tags: ["insurance"], cron: "0 2 * * *" }),
  batchPredict.toDeployment({ name: "by-hand", tags: ["insurance"] }),
);
