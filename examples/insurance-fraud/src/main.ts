import { batchPredict } from "./batch-predict.ts";
import { trainFraudModel } from "./training.ts";
import { uploadClaims } from "./upload.ts";

const [which] = process.argv.slice(2);

if (which === "upload") console.log(await uploadClaims({}));
else if (which === "train") console.log(await trainFraudModel({}));
else if (which === "predict") console.log(await batchPredict({}));
else {
  console.error("Say which flow: node src/main.ts upload, train or predict");
  process.exitCode = 1;
}
