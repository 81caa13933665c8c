import JSZip from "jszip";
import loadYdf, { type Model, type Ydf } from "ydf-training";

/** A column of numbers, or of strings for a categorical feature; all columns of a call have the same length. */
export type Columns = Readonly<Record<string, readonly unknown[]>>;

export interface BoostedTrees extends Disposable {
  readonly trees: number;
  predict(columns: Columns): readonly number[];
  /** A zip file in YDF's format, which its Python and JavaScript libraries read too. */
  save(): Promise<Uint8Array>;
}

/**
 * Grows gradient-boosted regression trees with YDF (Yggdrasil Decision Forests), compiled to WebAssembly. The package takes no settings: up
 * to 300 trees of depth 6, stopped early on a tenth of the rows. It uses one thread and blocks it for seconds (7 s for 74,000 rows and 3
 * features), so call this in a worker thread.
 */
export async function growTrees(columns: Columns, label: string): Promise<BoostedTrees> {
  const ydf = await ydfOfThisThread();
  return wrap(new ydf.GradientBoostedTreesLearner(label, "REGRESSION").train(columns));
}

export async function loadTrees(zip: Uint8Array): Promise<BoostedTrees> {
  const ydf = await ydfOfThisThread();
  return wrap(await ydf.loadModelFromZipBlob(zip));
}

function wrap(model: Model): BoostedTrees {
  return {
    trees: Number(/Number of trees: (\d+)/.exec(model.describe())?.[1]),
    predict: (columns) => model.predict(columns),
    save: async () => {
      const zip = await withoutConsole(() => model.save());
      return new Uint8Array(await zip.arrayBuffer());
    },
    [Symbol.dispose]: () => model.unload(),
  };
}

let loading: Promise<Ydf> | undefined;

function ydfOfThisThread(): Promise<Ydf> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Ydf> {
  // The package expects its zip library as a global, as in a page.
  Object.assign(globalThis, { JSZip });
  // Its loader adds handlers to the process, which would change how the program reacts to other errors.
  const exceptions = new Set(process.listeners("uncaughtException"));
  const rejections = new Set(process.listeners("unhandledRejection"));
  const ydf = await loadYdf({ print: () => {}, printErr: () => {} });
  for (const listener of process.listeners("uncaughtException")) {
    if (!exceptions.has(listener)) process.off("uncaughtException", listener);
  }
  for (const listener of process.listeners("unhandledRejection")) {
    if (!rejections.has(listener)) process.off("unhandledRejection", listener);
  }
  return ydf;
}

/** Saving a model prints the names of its files, before the call returns, so nothing else is silenced. */
function withoutConsole<T>(action: () => T): T {
  const { log } = console;
  console.log = () => {};
  try {
    return action();
  } finally {
    console.log = log;
  }
}
