import {
  countArtifacts,
  countLatestArtifacts,
  createArtifact,
  deleteArtifact,
  filterArtifacts,
  filterLatestArtifacts,
  readArtifact,
  readLatestArtifact,
  updateArtifact,
} from "@ostinato/protocol";
import { createdOr200, type Serve } from "../kernel/operation.ts";
import * as artifacts from "./artifacts.service.ts";

export function artifactRoutes(serve: Serve): void {
  serve(createArtifact, async ({ body, context }) => {
    const { artifact, made } = await artifacts.create(context, body);
    return createdOr200(made, artifact);
  });
  serve(readArtifact, ({ params, context }) => artifacts.read(context, params.id));
  serve(readLatestArtifact, ({ params, context }) => artifacts.readLatest(context, params.key));
  serve(updateArtifact, async ({ params, body, context }) => {
    await artifacts.update(context, params.id, body);
    return null;
  });
  serve(deleteArtifact, async ({ params, context }) => {
    await artifacts.remove(context, params.id);
    return null;
  });
  serve(filterArtifacts, ({ body, context }) => artifacts.filter(context, body));
  serve(filterLatestArtifacts, ({ body, context }) => artifacts.filterLatest(context, body));
  serve(countArtifacts, ({ body, context }) => artifacts.count(context, body));
  serve(countLatestArtifacts, ({ body, context }) => artifacts.countLatest(context, body));
}
