import type { Explanation } from '../errors/action-error';

/** What it means that a connection failed, and what to do about it where that is not the same for every cause. */
type Meaning = Pick<Explanation, 'why'> & Partial<Pick<Explanation, 'fix'>>;

/** By the code of Node's error; the first that fits counts. */
const MEANINGS: readonly [codes: RegExp, why: (server: string) => string, fix?: string][] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, (server) => `The name of ${server} was not found: there is no such host.`],
  [/^ECONNREFUSED$/, (server) => `Nothing listens at the address of ${server}.`],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/, (server) => `No way leads from this network to ${server}.`],
  [/^ETIMEDOUT$/, (server) => `${sentence(server)} did not take the connection, or did not answer, in time.`],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    (server) => `The certificate of ${server} has expired or is not valid yet, or this machine's clock is off.`,
    "Renew the certificate, or set the runner's clock.",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    (server) => `The certificate of ${server} is for another host: something else answers there.`,
  ],
  [
    /CERT|UNABLE_TO_|_CA$/,
    (server) =>
      `The certificate of ${server} is not trusted here: it is of a private authority, or of a proxy that opens TLS.`,
    "Name a file with the authority's certificate in NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE, under env: of the step; or set " +
      'NODE_USE_SYSTEM_CA: 1 there, if the system of the runner trusts it.',
  ],
  [
    /^(EPROTO$|ERR_SSL_|ERR_TLS_)/,
    (server) => `What answers at the address of ${server} does not speak TLS as it should.`,
  ],
];

/**
 * What it means that a connection failed.
 *
 * @param code of Node's error
 * @param server within a sentence
 */
export function meaningOf(code: string, server: string): Meaning {
  const [, why, fix] = MEANINGS.find(([codes]) => codes.test(code)) ?? [];
  if (why) return { why: why(server), ...(fix && { fix }) };
  return { why: `The connection to ${server} could not be opened, or broke off.` };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
