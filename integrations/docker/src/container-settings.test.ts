import type { Job } from "ostinato/driver";
import { expect, test } from "vitest";
import { readSettings } from "./container-settings.ts";

function settingsOf(configuration: Job["configuration"], changed: Partial<Job> = {}) {
  return readSettings({
    identity: { flowRunId: "run", claim: "claim", workPoolId: "pool", workerName: "one" },
    flowRunName: "calm-otter",
    entrypoint: "train.ts:train",
    environment: {},
    ...changed,
    configuration: { image: "team/flows:1.4", ...configuration },
  });
}

test.each([
  ["team/flows", "team/flows:latest", "Always"],
  ["team/flows:latest", "team/flows:latest", "Always"],
  ["team/flows:1.4", "team/flows:1.4", "IfNotPresent"],
  ["localhost:5000/flows", "localhost:5000/flows:latest", "Always"],
  ["localhost:5000/flows:1.4", "localhost:5000/flows:1.4", "IfNotPresent"],
  ["flows@sha256:0123", "flows@sha256:0123", "IfNotPresent"],
])("the image %s is asked for as %s, by the policy %s", (image, complete, policy) => {
  expect(settingsOf({ image })).toMatchObject({ image: complete, pullPolicy: policy });
});

test.each([
  ["http://127.0.0.1:4200/api", "http://host.docker.internal:4200/api"],
  ["http://localhost/api", "http://host.docker.internal/api"],
  ["http://[::1]:4200/api", "http://host.docker.internal:4200/api"],
  ["https://user:pass@localhost:4200/api", "https://user:pass@host.docker.internal:4200/api"],
  ["https://localhost.example.com/api", "https://localhost.example.com/api"],
  ["https://flows.example.com/api", "https://flows.example.com/api"],
])("a server at %s is reached at %s from a container", (address, reached) => {
  const { environment, needsHost } = settingsOf({}, { environment: { OSTINATO_API_URL: address } });
  expect(environment.OSTINATO_API_URL).toBe(reached);
  expect(needsHost).toBe(address !== reached);
});

test("a container in the machine's network reaches the server as the worker does", () => {
  const environment = { PREFECT_API_URL: "http://127.0.0.1:4200/api" };
  const settings = settingsOf({ network_mode: "host" }, { environment });
  expect(settings).toMatchObject({ environment, needsHost: false });
});

test.each([["/srv/data:/data"], ["cache:/cache:ro"], ["C:\\data:/data"], ["./here:/data:rw,z"]])(
  "the volume %s is taken",
  (volume) => {
    expect(settingsOf({ volumes: [volume] }).volumes).toEqual([volume]);
  },
);

test.each([["/data"], ["data:relative"], ["a:/b:ro:c"], [":/data"]])("the volume %s is refused", (volume) => {
  expect(() => settingsOf({ volumes: [volume] })).toThrow(`volumes is ${JSON.stringify(volume)}; give "source:target"`);
});

test("nothing of the worker's own environment is in a container", () => {
  expect(Object.keys(settingsOf({ env: { A: "1" } }).environment)).toEqual([
    "A",
    "PREFECT__FLOW_RUN_ID",
    "OSTINATO__CLAIM",
  ]);
});

test("credentials are those of the block of Prefect", () => {
  const registry_credentials = {
    username: "ada",
    password: "secret",
    registry_url: "registry.example.com",
    reauth: true,
  };
  expect(settingsOf({ registry_credentials }).credentials).toEqual({
    username: "ada",
    password: "secret",
    serveraddress: "registry.example.com",
  });
});
