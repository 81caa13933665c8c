import type { LoggedModel } from "@ostinato/mlflow";
import { dataUri } from "@ostinato-examples/modelling/charts";
import { decimal, markdownTable, whole } from "@ostinato-examples/modelling/markdown";
import { artifact, task } from "ostinato";
import { confusionPicture } from "./confusion-picture.ts";
import type { Evaluation } from "./evaluation.ts";
import { namesOf } from "./features.ts";
import type { Choices } from "./logistic-regression.ts";
import type { Trained } from "./model.ts";
import { experiment, registeredModel } from "./places.ts";

/** Where MLflow has what a training made. */
export interface KeptModel {
  readonly runId: string;
  readonly runUrl: string;
  readonly model: Pick<LoggedModel, "name" | "uri" | "url">;
  readonly version: number;
  readonly versionUrl: string;
  readonly isChampion: boolean;
}

interface ModelParts {
  readonly trained: Trained;
  readonly evaluation: Evaluation;
  readonly choices: Choices;
}

const shownWeights = 8;

export const reportModel = task({ name: "report the model" }, async function reportModel(parts: ModelParts) {
  const { trained, evaluation, choices } = parts;
  const { accuracy, precision, recall, f1, matrix } = evaluation;
  await artifact.markdown({
    key: "fraud-model-report",
    description: "How well the model tells frauds from honest claims.",
    markdown: [
      "# Which claims are frauds?",
      `The model finds **${percent(recall)}** of the frauds, and **${percent(precision)}** of the claims that it takes for one are one.`,
      markdownTable([
        { measure: "F1 score", value: decimal(f1, 3) },
        { measure: "accuracy", value: decimal(accuracy, 3) },
        { measure: "claims learnt from", value: whole(trained.rows) },
      ]),
      `![Confusion matrix](${dataUri(confusionPicture(matrix))})`,
      "## What speaks for a fraud, and against",
      markdownTable(strongestWeights(trained).map(([name, weight]) => ({ feature: name, weight: decimal(weight) }))),
      `Learnt in ${choices.rounds} rounds with a penalty of ${choices.penalty}; a fraud counts ${choices.fraudWeight} times.`,
    ].join("\n\n"),
  });
});

export const reportMlflow = task({ name: "report MLflow" }, async function reportMlflow(kept: KeptModel) {
  const role = kept.isChampion ? "is the champion now" : "is kept, and the champion stays";
  await artifact.markdown({
    key: "fraud-mlflow-info",
    description: "Where MLflow has the run and the model.",
    markdown: [
      "# In MLflow",
      `Version ${kept.version} of the model **${registeredModel}** ${role}.`,
      markdownTable([
        { what: "run", where: `[${kept.runId}](${kept.runUrl})` },
        { what: "model", where: `[${kept.model.uri}](${kept.model.url})` },
        { what: "version", where: `[${registeredModel} ${kept.version}](${kept.versionUrl})` },
      ]),
      `The experiment is \`${experiment}\`.`,
    ].join("\n\n"),
  });
});

export const reportDeployment = task(
  { name: "report how to deploy" },
  async function reportDeployment(kept: KeptModel) {
    const fence = "```";
    await artifact.markdown({
      key: "fraud-how-to-deploy",
      description: "How programs take the model.",
      markdown: [
        "# How to deploy it",
        kept.isChampion
          ? "The flow `fraud-batch-predict` takes the champion, so it takes this model from its next run on."
          : `The flow \`fraud-batch-predict\` takes the champion, which this version is not. To take it all the same, give version ${kept.version} the alias in MLflow, or in a program:`,
        `${fence}ts\nawait tracking.setAlias("${registeredModel}", { alias: "champion", version: ${kept.version} });\n${fence}`,
        "In TypeScript:",
        `${fence}ts\nconst version = await tracking.modelVersion("${registeredModel}", "champion");\nawait (await tracking.modelArtifacts(version)).downloadFolder("", "model");\n${fence}`,
        "In Python:",
        `${fence}python\nmlflow.artifacts.download_artifacts("models:/${registeredModel}@champion")\n${fence}`,
      ].join("\n\n"),
    });
  },
);

function strongestWeights({ model }: Trained): readonly (readonly [string, number])[] {
  const named = namesOf(model.encoding).map((name, place) => [name, model.weights[place] ?? 0] as const);
  return named.toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, shownWeights);
}

function percent(share: number): string {
  return `${decimal(share * 100, 0)} %`;
}
