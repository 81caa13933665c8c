import { GoogleAuth, type GoogleAuthOptions } from "google-auth-library";

interface KeyOptions {
  readonly credentials?: GoogleAuthOptions["credentials"];
  readonly projectId?: string;
}

/**
 * The options with a client in the place of the key. Given the key itself, Google's library writes a warning for each client, and none of the classes
 * that it names instead can sign links.
 */
export function withKey<Options extends KeyOptions>(options: Options): Options & { readonly authClient?: GoogleAuth } {
  const { credentials, ...others } = options;
  if (credentials === undefined) return options;
  const { projectId } = options;
  const auth = new GoogleAuth({
    scopes: "https://www.googleapis.com/auth/cloud-platform",
    ...(projectId === undefined ? {} : { projectId }),
  });
  auth.jsonContent = credentials;
  return { ...(others as Options), authClient: auth };
}
