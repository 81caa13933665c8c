/** The settings of a database that have to do with certificates. */
interface TlsSettings {
  /** What names the file of the authority. */
  readonly authority: string;
  /** What encrypts and checks nothing. */
  readonly unchecked: string;
  /** What checks all but the name. */
  readonly anyName: string;
}

/** By the codes of Node and of OpenSSL: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
]);

/** What to do about a server's certificate that does not pass; undefined for an error that is about something else. */
export function certificateProblem(
  code: string | undefined,
  { authority, unchecked, anyName }: TlsSettings,
): string | undefined {
  if (untrusted.has(code ?? "")) {
    return `Nobody whom this machine trusts has signed the certificate of the server: give the file of its authority in ${authority}, or ${unchecked} to encrypt without a check.`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `The certificate of the server is for another name: connect by a name that stands in it, or give ${anyName} to check all but the name.`;
  }
  if (code === "CERT_HAS_EXPIRED") return "Renew the certificate of the server.";
  if (code === "CERT_NOT_YET_VALID") return "Check the clocks of this machine and of the server.";
  return undefined;
}
