import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { broughtBuckets, broughtDrivers, broughtStores } from "./integrations.ts";

const stores = await broughtStores();
const buckets = await broughtBuckets();
const drivers = await broughtDrivers();

test.each(stores)("the result store $scheme of $name passes what every result store must", ({ scheme, folder }) => {
  const tests = globSync(`${folder}/src/**/*.test.ts`).map((file) => readFileSync(file, "utf8"));
  expect(tests.join("\n")).toMatch(new RegExp(`testResultStore\\(test, \\{\\s*scheme: "${scheme}"`));
});

test.each(stores)("the package $name says in a README how it is used", ({ name, folder }) => {
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`import "${name}"`);
});

test("there are stores to look at", () => {
  expect(stores).toContainEqual({ scheme: "s3", name: "@ostinato/aws", folder: join("integrations", "aws") });
});

test.each(buckets)("the bucket $type of $name passes what every bucket must", ({ folder }) => {
  const tests = globSync(`${folder}/src/**/*.test.ts`).map((file) => readFileSync(file, "utf8"));
  expect(tests.join("\n")).toContain("testBucket(test, {");
});

test("there are buckets to look at", () => {
  expect(buckets).toContainEqual({ type: "s3-bucket", name: "@ostinato/aws", folder: join("integrations", "aws") });
});

test.each(drivers)("the driver $type of $name passes what every driver must", ({ folder }) => {
  const tests = globSync(`${folder}/src/**/*.test.ts`).map((file) => readFileSync(file, "utf8"));
  expect(tests.join("\n")).toContain("testDriver(test, {");
});

test.each(drivers)("the package $name says in a README how a worker uses it", ({ type, folder }) => {
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`worker start --pool images --type ${type}`);
});

test("there are drivers to look at", () => {
  expect(drivers).toContainEqual({ type: "docker", name: "@ostinato/docker", folder: join("integrations", "docker") });
});
