import { pemBlocks, unfinishedLabel } from './pem';

/** An input that holds something else than it should. */
type Wanted = 'certificate' | 'private key';

const CERTIFICATE_LABEL = /^(TRUSTED |X509 )?CERTIFICATE$/;

/** Other things that are written in PEM, and what helps. */
const OTHERS: readonly (readonly [label: RegExp, what: string])[] = [
  [CERTIFICATE_LABEL, 'a certificate'],
  [/PRIVATE KEY$/, 'a private key'],
  [/CERTIFICATE REQUEST$/, 'a certificate request, of which the authority still has to make a certificate'],
  [
    /^(PKCS7|PKCS #7 SIGNED DATA|CMS)$/,
    'PKCS #7, whose certificates `openssl pkcs7 -print_certs -in file` writes as PEM',
  ],
  [/^X509 CRL$/, 'a certificate revocation list'],
  [/PUBLIC KEY$/, 'a public key'],
];

const SHOULD = {
  certificate:
    'it should be PEM (-----BEGIN CERTIFICATE-----), or base64 of that: the certificate first, then those of its chain',
  'private key': 'it should be PEM (-----BEGIN PRIVATE KEY-----), or base64 of that',
};

/** How a file of DER is written as PEM. */
const FROM_DER = {
  certificate: '`openssl x509 -inform DER -in file`',
  'private key': '`openssl pkey -inform DER -in file`',
};

const BASE64 = /^[\w+/=\s-]+$/;
/** A SEQUENCE of DER: with a length in one byte, or in those that the first one counts. */
const DER = /^30(?:8[1-4]|[0-7][0-9a-f])/;
/** https://www.rfc-editor.org/rfc/rfc7292#section-4: its version is 3. */
const PKCS12 = /^30(?:[0-7][0-9a-f]|81..|82.{4}|83.{6}|84.{8})020103/;

export function isCertificateLabel(label: string): boolean {
  return CERTIFICATE_LABEL.test(label);
}

export function isKeyLabel(label: string): boolean {
  return label.endsWith('PRIVATE KEY');
}

/** Whether each of two texts holds what the other should, and nothing else. */
export function areExchanged(certificate: string, key: string): boolean {
  const [inCertificate, inKey] = [certificate, key].map((text) => pemBlocks(text).map(({ label }) => label));
  return isOnly(inCertificate, isKeyLabel, isCertificateLabel) && isOnly(inKey, isCertificateLabel, isKeyLabel);
}

function isOnly(labels: readonly string[] = [], is: (label: string) => boolean, isNot: (label: string) => boolean) {
  return labels.some(is) && !labels.some(isNot);
}

/** What is wrong with a text whose last block is cut off, worded to follow the name of the input. */
export function cutOff(text: string): string | undefined {
  const label = unfinishedLabel(text);
  return label === undefined
    ? undefined
    : `is cut off: -----BEGIN ${label}----- has no -----END ${label}-----; it should be PEM as it was issued, copied whole`;
}

/** What is wrong with a text that does not hold what it should, worded to follow the name of the input. Nothing that it holds. */
export function mistaken(text: string, wanted: Wanted): string {
  const labels = pemBlocks(text).map(({ label }) => label);
  const [label] = labels;
  if (label !== undefined) {
    const what = OTHERS.flatMap(([form, name]) => (labels.some((each) => form.test(each)) ? name : []))[0];
    return `holds ${what ?? label}, and no ${wanted}; ${SHOULD[wanted]}`;
  }
  const der = BASE64.test(text) ? Buffer.from(text, 'base64').toString('hex') : '';
  if (PKCS12.test(der)) {
    return `is base64 of PKCS #12; it should be PEM, as \`openssl pkcs12 -nodes -in file\` writes it, or base64 of that`;
  }
  if (DER.test(der)) {
    return `is base64 of DER, or PEM without its first and last line; it should be PEM, as ${FROM_DER[wanted]} writes it, or base64 of that`;
  }
  return `holds no ${wanted}; ${SHOULD[wanted]}`;
}
