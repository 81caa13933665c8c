/** Phrases for the codes of the operating system, to follow a path. */
export const systemReasons: Readonly<Record<string, string>> = {
  EACCES: "can't be read or written by this user",
  EPERM: "can't be changed by this user",
  EROFS: "is on a read-only file system",
  ENOSPC: "can't be written because the disk is full",
  EDQUOT: "can't be written because the disk quota is exhausted",
  ENOTDIR: "is below something that is not a folder",
  EEXIST: "exists and is not a folder",
  EISDIR: "is a folder",
  ENOENT: "does not exist",
  ENAMETOOLONG: "has a name that is too long",
  ELOOP: "contains a loop of symbolic links",
};

interface SystemError {
  readonly code?: unknown;
  readonly path?: unknown;
  readonly port?: unknown;
}

/** An error of the operating system about a path or a port, in words and without a full stop; undefined for any other error. */
export function systemFailure(error: unknown): string | undefined {
  const { code, path, port } = Object(error) as SystemError;
  if (code === "EADDRINUSE" && port !== undefined) return `port ${String(port)} is taken by another process`;
  const reason = typeof code === "string" && typeof path === "string" ? systemReasons[code] : undefined;
  return reason === undefined ? undefined : `${String(path)} ${reason}`;
}
