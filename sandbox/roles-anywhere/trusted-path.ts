import type { X509Certificate } from 'node:crypto';
import { accessDenied } from './refusals';
import type { SentCertificates } from './signature';

/** Key usage in DER, up to its first bits: an object identifier, perhaps "critical", and a bit string. */
const KEY_USAGE = /0603551d0f(?:0101ff)?04..03....(..)/;
const DIGITAL_SIGNATURE = 0x80;

/**
 * Looks whether a certificate is one of a client, and leads to an authority, by those that were sent with it.
 *
 * @throws Refusal when it does not
 */
export function requireTrusted(
  { leaf, chain }: SentCertificates,
  authorities: readonly X509Certificate[],
  now: Date,
): void {
  if (leaf.ca || !isForSignatures(leaf)) throw accessDenied('Untrusted certificate. Insufficient certificate');
  const path = pathFrom(leaf, chain, authorities);
  if (!path) throw accessDenied('Untrusted signing certificate');
  // What AWS says of them is not known.
  if (!path.every((certificate) => isValidAt(now, certificate))) {
    throw accessDenied('Untrusted certificate. The certificate has expired or is not valid yet');
  }
}

/** https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html#signature-verification */
function isForSignatures({ raw }: X509Certificate): boolean {
  const [, bits = '0'] = KEY_USAGE.exec(raw.toString('hex')) ?? [];
  return (Number.parseInt(bits, 16) & DIGITAL_SIGNATURE) !== 0;
}

/** From a certificate to an authority, each issued by the next; undefined where there is no such way. */
function pathFrom(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): X509Certificate[] | undefined {
  const authority = authorities.find((each) => isIssuedBy(certificate, each));
  if (authority) return [certificate, authority];
  for (const next of others.filter((each) => each.ca && isIssuedBy(certificate, each))) {
    const path = pathFrom(
      next,
      others.filter((each) => each !== next),
      authorities,
    );
    if (path) return [certificate, ...path];
  }
  return undefined;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt(now: Date, { validFrom, validTo }: X509Certificate): boolean {
  return new Date(validFrom) <= now && now < new Date(validTo);
}
