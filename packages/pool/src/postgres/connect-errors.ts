import { errorCode } from "./error-code.ts";

/**
 * invalid_authorization_specification, invalid_password, invalid_catalog_name, insufficient_privilege (no CONNECT), an
 * unknown host; and what Node says of certificates.
 */
const PERMANENT =
  /^(?:28000|28P01|3D000|42501|ENOTFOUND|ERR_TLS_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/;

/** Whether a connect that failed with this error would fail again, however long one waits. */
export function isPermanentConnectError(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return PERMANENT.test(code);
  // The driver's own words, which have no code.
  return (
    error instanceof Error && /does not support SSL|password must be a string/i.test(error.message)
  );
}
