import { aKeyedConcurrency, aRate, checkKeyed } from "./keyed-limits.ts";
import {
  aBoolean,
  aConcurrency,
  aDuration,
  aFunction,
  anObject,
  anything,
  aResultStorage,
  aShare,
  aString,
  aWholeNumber,
  checkOptions,
  either,
  listOf,
  type Rule,
  type Rules,
  strings,
} from "./option-checks.ts";

const aHook = either(aFunction, listOf(aFunction, "a function, or a list of them"));
const delays = listOf(aDuration, 'a duration such as "2s", or a list of them');
const aRunName: Rule = (value) =>
  typeof value === "string" || typeof value === "function" ? undefined : "a string or a function";

const aList: Rule = (value) => (Array.isArray(value) ? undefined : 'a list of assets: ["s3://bucket/data.parquet"]');

const common: Rules = {
  name: aString,
  key: aString,
  description: aString,
  version: aString,
  tags: strings,
  runName: aRunName,
  retries: aWholeNumber,
  timeout: aDuration,
  logPrints: aBoolean,
  persist: aBoolean,
  resultStorage: aResultStorage,
  onRunning: aHook,
  onCompletion: aHook,
  onFailure: aHook,
  onCancellation: aHook,
  onCrashed: aHook,
};

const cacheRules: Rules = {
  by: anything,
  without: either(aString, strings),
  expires: aDuration,
  refresh: aBoolean,
};

const taskRules: Rules = {
  ...common,
  retryDelay: either(aDuration, delays, (value) =>
    typeof value === "function" ? undefined : 'a duration such as "2s", a list of them, or a function of the attempt',
  ),
  retryJitter: aShare,
  retryIf: aFunction,
  cache: anything,
  concurrency: either(aConcurrency, aKeyedConcurrency),
  rate: aRate,
  onCommit: aHook,
  onRollback: aHook,
  assets: aList,
  assetDeps: aList,
  materializedBy: aString,
  runIn: (value) => (value === "thread" ? undefined : '"thread", or leave it out'),
};

const flowRules: Rules = {
  ...common,
  retryDelay: either(aDuration, delays),
  parameters: (value) =>
    (typeof value === "object" && value !== null && !Array.isArray(value)) || typeof value === "function"
      ? undefined
      : "a schema: of zod, valibot, arktype, TypeBox, or any that speaks Standard Schema",
  blocks: anObject,
  concurrency: either(aConcurrency, aKeyedConcurrency),
};

export function checkTaskOptions(what: string, options: unknown): void {
  checkOptions(what, options, taskRules);
  const { cache, concurrency } = options as { readonly cache?: unknown; readonly concurrency?: unknown };
  checkKeyed(what, concurrency);
  if (cache !== undefined) checkOptions(`${what}: cache`, cache, cacheRules);
}

export function checkFlowOptions(what: string, options: unknown): void {
  checkOptions(what, options, flowRules);
  checkKeyed(what, (options as { readonly concurrency?: unknown }).concurrency);
}
