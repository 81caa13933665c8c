/** The part of `ydf-training` that is used here; the package brings no types. */
declare module "ydf-training" {
  interface Model {
    predict(columns: Record<string, readonly unknown[]>): number[];
    describe(): string;
    save(): Promise<Blob>;
    unload(): void;
  }

  interface Ydf {
    GradientBoostedTreesLearner: new (
      label: string,
      task: "REGRESSION",
    ) => { train(columns: Record<string, readonly unknown[]>): Model };
    loadModelFromZipBlob(zip: Uint8Array): Promise<Model>;
  }

  // biome-ignore lint/style/noDefaultExport: it is how the package exports it.
  export default function load(options: { print(line: string): void; printErr(line: string): void }): Promise<Ydf>;
}
