import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ConsumerStatus, DeadLetter } from "@ostinato/protocol";
import { writeDeadLetters } from "@ostinato/testing/dead-letters";
import { expect, test } from "vitest";
import { workplace } from "../../test/command.ts";

// Ten programs that start one after the other.
test("dead letters are listed, tried again and discarded", { timeout: 180_000 }, async () => {
  const place = workplace();
  await place.run("server", "database", "upgrade");
  const refs = [randomUUID(), randomUUID(), randomUUID()];
  writeDeadLetters(
    join(place.home, "ostinato.db"),
    refs.map((ref, index) => ({ ref, reason: `disk ${index} is full` })),
  );
  const list = async () => JSON.parse((await place.run("server", "dead-letters", "--json")).stdout) as DeadLetter[];
  const listed = await list();
  expect(listed.map(({ ref }) => ref)).toEqual(refs.toReversed());
  const table = await place.run("server", "dead-letters");
  expect(table.stdout).toContain("disk 1 is full");
  const consumers = JSON.parse((await place.run("server", "consumers", "--json")).stdout) as ConsumerStatus[];
  expect(consumers).toContainEqual(expect.objectContaining({ name: "run-leftovers", dead_letters: 3 }));

  expect(await place.run("server", "dead-letters", "--retry")).toMatchObject({ code: 2 });
  expect(await place.run("server", "dead-letters", "--retry", "--discard", "--all")).toMatchObject({ code: 2 });
  expect(await place.run("server", "dead-letters", "--all")).toMatchObject({ code: 2 });
  const discarded = await place.run("server", "dead-letters", "--discard", listed[0]?.id ?? "");
  expect(discarded).toMatchObject({ code: 0, stdout: "1 dead letter discarded.\n" });
  const retried = await place.run("server", "dead-letters", "--retry", "--all");
  expect(retried).toMatchObject({ code: 0, stdout: "2 dead letters will be retried.\n" });
  expect(await list()).toEqual([]);
});
