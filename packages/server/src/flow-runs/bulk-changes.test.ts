import { timeOrderedId } from "@ostinato/core";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

interface Refusal {
  readonly exception_detail: readonly { readonly loc: readonly string[]; readonly msg: string }[];
}

/** A filter that is not understood, or that asks for less than its sender meant, must not make a change wider. */
describeOnEachDatabase("changes of many rows", (database) => {
  let server: TestServer;
  const runs: string[] = [];
  beforeAll(async () => {
    server = await startTestServer(database.url);
    for (const name of ["first", "second", "third"]) runs.push(await addFlowRun(server.context, name));
  });
  afterAll(() => server.stop());

  const state = { type: "CANCELLING" };
  const changes = [
    ["/flow_runs/bulk_delete", "flow_runs", {}],
    ["/flow_runs/bulk_set_state", "flow_runs", { state, force: true }],
    ["/flows/bulk_delete", "flows", {}],
  ] as const;

  describe.each(changes)("POST %s", (path, name, rest) => {
    const refused: [string, object, readonly string[]][] = [
      ["without a filter", {}, [name]],
      ["with null", { [name]: null }, [name]],
      ["with an empty filter", { [name]: {} }, [name]],
      ["with parts that are null", { [name]: { operator: "and_", id: null, name: null } }, [name]],
      ["with a part that is empty", { [name]: { id: {} } }, [name, "id"]],
      ["with a part of nulls", { [name]: { id: { any_: null, not_any_: null } } }, [name, "id"]],
      ["with no id to leave out", { [name]: { id: { not_any_: [] } } }, [name, "id"]],
      ["with no tag to have", { [name]: { tags: { all_: [] } } }, [name, "tags"]],
      ["with an empty part of a name", { [name]: { name: { like_: "" } } }, [name, "name"]],
      ["with an idle part beside another", { [name]: { name: { any_: ["first"] }, tags: {} } }, [name, "tags"]],
      ["with an unknown criterion", { [name]: { newer_criterion: { any_: ["x"] } } }, [name, "newer_criterion"]],
      ["with an unknown operator", { [name]: { id: { newer_: ["x"] } } }, [name, "id", "newer_"]],
      ["with criteria of another kind", { [name]: { name: { any_: ["x"] } }, task_runs: {} }, ["task_runs"]],
      ["with a word that is spelled wrongly", { flow_run: { name: { any_: ["x"] } } }, ["flow_run"]],
    ];
    test.each(refused)("%s is refused, with the place, and changes nothing", async (_, filter, place) => {
      const reply = await server.call<Refusal>("POST", path, { ...rest, ...filter });
      expect(reply.status).toBe(422);
      expect(reply.body.exception_detail.map(({ loc }) => loc)).toContainEqual(["body", ...place]);
      expect(await stateTypes()).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
    });

    test("an empty body is refused", async () => {
      expect((await server.call("POST", path)).status).toBe(422);
      expect(await stateTypes()).toHaveLength(3);
    });

    test("unknown ids select nothing", async () => {
      const body = { ...rest, [name]: { id: { any_: [timeOrderedId(server.context.clock.now())] } } };
      expect((await server.call("POST", path, body)).body).toEqual(
        path.endsWith("state") ? { results: [] } : { deleted: [] },
      );
      expect((await server.call("POST", path, { ...rest, [name]: { id: { any_: [] } } })).status).toBe(200);
      expect(await stateTypes()).toHaveLength(3);
    });
  });

  test("a filter of several criteria changes the rows that meet all of them", async () => {
    const flow_runs = {
      id: { any_: runs },
      name: { any_: ["second"] },
      state: { type: {}, name: { any_: ["Running"] } },
    };
    const moved = await server.call<{ results: { flow_run_id: string }[] }>("POST", "/flow_runs/bulk_set_state", {
      flow_runs,
      state,
    });
    expect(moved.body.results.map(({ flow_run_id }) => flow_run_id)).toEqual([runs[1]]);
    const deleted = await server.call("POST", "/flow_runs/bulk_delete", { flow_runs: { id: { any_: [runs[1]] } } });
    expect(deleted.body).toEqual({ deleted: [runs[1]] });
    expect(await stateTypes()).toHaveLength(2);
  });

  async function stateTypes(): Promise<readonly string[]> {
    return (await server.call<{ state_type: string }[]>("POST", "/flow_runs/filter", {})).body.map(
      ({ state_type }) => state_type,
    );
  }
});
