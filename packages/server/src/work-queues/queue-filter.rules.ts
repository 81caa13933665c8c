interface QueueFilter {
  readonly tags?: readonly string[] | null;
  readonly deployment_ids?: readonly string[] | null;
}

/** Whether the filter of a queue keeps runs of the deployment out. An empty list asks for nothing. */
export function isAgainstDeployment(
  filter: QueueFilter | null,
  deployment: { readonly id: string; readonly tags: readonly string[] },
): boolean {
  const tags = filter?.tags ?? [];
  const ids = filter?.deployment_ids ?? [];
  const hasTags = tags.every((tag) => deployment.tags.includes(tag));
  return !hasTags || (ids.length > 0 && !ids.some((id) => id.toLowerCase() === deployment.id));
}
