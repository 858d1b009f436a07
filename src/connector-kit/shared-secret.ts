import { equalInConstantTime } from "./constant-time.ts";
import { invalid, missing, requireSecret } from "./hmac-signature.ts";
import type { SignatureScheme } from "./signatures.ts";

/** The secret itself in a header, for senders that cannot sign. Proves who sent, not that the body is whole. */
export function sharedSecret(header: string): SignatureScheme {
  const name = header.toLowerCase();
  return {
    description: `A shared secret in the header ${header}`,
    headers: [name],
    toleranceSeconds: null,
    verify(request, secret) {
      requireSecret(secret);
      const given = request.headers[name];
      if (!given) throw missing();
      if (!equalInConstantTime(given, secret)) throw invalid();
    },
  };
}
