/** An artifact, as far as its content needs it. */
export interface ShownArtifact {
  readonly id: string;
  readonly key: string | null;
  readonly description: string | null;
  readonly updated: string;
}

export function nameOf({ key, description }: Pick<ShownArtifact, "key" | "description">): string {
  return key ?? description?.slice(0, 80) ?? "Artifact";
}
