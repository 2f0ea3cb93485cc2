import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { messageOf } from '../errors/message';
import { allowsDigitalSignature, versionOf, weakHashOf } from './certificate-fields';
import { areExchanged, cutOff, isCertificateLabel, isKeyLabel, mistaken } from './mistaken-pem';
import { pemBlocks, type PemBlock } from './pem';

/** A certificate with what proves that it is its holder's who asks. */
export interface ClientCertificate {
  /** The holder's own. */
  readonly leaf: X509Certificate;
  /** Those of the authorities between it and the trust anchor, in the order in which they were given. */
  readonly chain: readonly X509Certificate[];
  /** That of the leaf. A secret. */
  readonly privateKey: KeyObject;
}

/** What is wrong with the certificate or its key, worded to follow the name of the input. Never a part of the key. */
export interface CertificateProblem {
  readonly with: 'certificate' | 'key';
  readonly problem: string;
}

export interface ReadCertificate {
  /** Undefined where there are problems. */
  readonly certificate: ClientCertificate | undefined;
  readonly problems: readonly CertificateProblem[];
  readonly warnings: readonly string[];
}

/** Whose a certificate is, in a line. Node has a line for each part of a name, and nothing for an empty one. */
export function holderOf({ subject, serialNumber }: Named): string {
  return subject?.split('\n').join(', ') ?? `with the serial number ${serialNumber}`;
}

/** Who issued a certificate, in a line. */
export function issuerOf({ issuer = 'without a name' }: Named): string {
  return issuer.split('\n').join(', ');
}

/** The common name of its subject, if it has one. */
export function commonNameOf({ subject = '' }: Named): string | undefined {
  const part = subject.split(/\n| \+ /).find((each) => each.startsWith('CN='));
  return part?.slice('CN='.length);
}

/** A certificate, with names that may be missing, other than the types of Node say. */
type Named = Pick<X509Certificate, 'serialNumber'> & Partial<Pick<X509Certificate, 'subject' | 'issuer'>>;

/** The curves of the keys that AWS's own clients sign with, by their names in OpenSSL. */
const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);
/** Bits. What is shorter is no proof of who may have credentials: https://doi.org/10.6028/NIST.SP.800-131Ar2 */
const SHORTEST_RSA = 2048;

/**
 * Reads a certificate and its key, and looks whether IAM Roles Anywhere can take them, as far as that can be seen here.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html#signature-verification
 *
 * @param certificates PEM, or base64 of it: the certificate first, then those of its chain
 * @param key PEM, or base64 of it, of an RSA or EC key that is not encrypted
 */
export function readCertificate(certificates: string, key: string): ReadCertificate {
  const problems: CertificateProblem[] = [];
  const warnings: string[] = [];
  if (areExchanged(certificates, key)) {
    const problem =
      'holds the private key, and certificate-private-key the certificate; it should be the other way round';
    return { certificate: undefined, problems: [{ with: 'certificate', problem }], warnings };
  }
  const parsed = readAll(certificates, (problem) => problems.push({ with: 'certificate', problem }));
  const privateKey = readKey(key, (problem) => problems.push({ with: 'key', problem }));
  const [leaf, ...chain] = once(parsed, (repeated) =>
    warnings.push(
      `certificate: it holds that of ${holderOf(repeated)} more than once, and is sent as if it held it once.`,
    ),
  );
  const misplaced = leaf && privateKey && !belongs(leaf, privateKey) ? placeOfItsOwn(parsed, privateKey) : undefined;
  if (misplaced !== undefined) {
    problems.push({ with: 'key', problem: misplaced });
  } else if (leaf) {
    problems.push(...whyNotTaken(leaf).map((problem) => ({ with: 'certificate' as const, problem })));
    if (versionOf(leaf) === 3 && allowsDigitalSignature(leaf) === undefined) {
      warnings.push(
        'certificate: it has no key usage, and IAM Roles Anywhere asks for Digital Signature. If AWS refuses it as ' +
          'insufficient, let the authority issue it with that key usage.',
      );
    }
    if (privateKey && !belongs(leaf, privateKey)) problems.push({ with: 'key', problem: OF_ANOTHER });
  }
  const isRight = leaf && privateKey && problems.length === 0;
  return { certificate: isRight ? { leaf, chain, privateKey } : undefined, problems, warnings };
}

/** Each certificate once, in the order in which they are given. */
function once(certificates: readonly X509Certificate[], repeated: (certificate: X509Certificate) => void) {
  return certificates.filter((certificate, index) => {
    const isFirst = certificates.findIndex(({ raw }) => raw.equals(certificate.raw)) === index;
    if (!isFirst) repeated(certificate);
    return isFirst;
  });
}

function readAll(text: string, wrong: (problem: string) => void): X509Certificate[] {
  const blocks = pemBlocks(text).filter(({ label }) => isCertificateLabel(label));
  const problem = cutOff(text) ?? (blocks.length === 0 ? mistaken(text, 'certificate') : undefined);
  if (problem !== undefined) {
    wrong(problem);
    return [];
  }
  return blocks.flatMap((block, index) => {
    try {
      return new X509Certificate(block.text);
    } catch (error) {
      const which = blocks.length === 1 ? 'it' : `certificate ${index + 1} of ${blocks.length} in it`;
      wrong(`cannot be read: ${which} is damaged or cut off (${messageOf(error)}); it should be PEM as it was issued`);
      return [];
    }
  });
}

/** Why AWS refuses a certificate, whoever issued it. */
function whyNotTaken(leaf: X509Certificate): string[] {
  if (leaf.ca) {
    return ['is one of an authority (CA:TRUE); it should begin with that of the job, which the authority issued'];
  }
  const version = versionOf(leaf);
  const hash = weakHashOf(leaf);
  return [
    version !== 3 &&
      `is X.509 version ${version}, and IAM Roles Anywhere needs version 3; it should be issued with CA:FALSE and the key ` +
        'usage Digital Signature, for which `openssl x509 -req` takes a file (-extfile)',
    allowsDigitalSignature(leaf) === false &&
      'is not for signatures: IAM Roles Anywhere needs the key usage Digital Signature; it should be issued with that',
    hash !== undefined &&
      `is signed with ${hash}, which IAM Roles Anywhere refuses; it should be with SHA-256 or better`,
  ].filter((problem) => problem !== false);
}

function readKey(text: string, wrong: (problem: string) => void): KeyObject | undefined {
  const block = pemBlocks(text).find(({ label }) => isKeyLabel(label));
  const key = block ? keyIn(block) : (cutOff(text) ?? mistaken(text, 'private key'));
  if (typeof key !== 'string') return key;
  wrong(key);
  return undefined;
}

/** The key in a block, or what is wrong with it. */
function keyIn({ label, text, isEncrypted }: PemBlock): KeyObject | string {
  if (isEncrypted) {
    return (
      'is encrypted, and a passphrase next to it in the secrets would protect nothing; it should be without, as ' +
      '`openssl pkey -in key.pem -out plain.pem` writes it'
    );
  }
  if (label === 'OPENSSH PRIVATE KEY') {
    return 'is in the form of OpenSSH; it should be PEM, as `ssh-keygen -p -m PKCS8 -f key` writes it';
  }
  try {
    const key = createPrivateKey(text);
    return whyNotSigning(key) ?? key;
  } catch {
    // The words of OpenSSL name its routines, and say nothing of the cause.
    return 'cannot be read: it is damaged or cut off; it should be PEM as it was made, or base64 of that';
  }
}

function belongs(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

/** Why nothing is signed with a key. */
function whyNotSigning({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string | undefined {
  if (type !== 'rsa' && type !== 'ec') {
    return `is a key of the type ${type ?? '?'}; IAM Roles Anywhere takes signatures of RSA and EC keys`;
  }
  const { modulusLength: bits = SHORTEST_RSA, namedCurve: curve } = details ?? {};
  if (type === 'rsa' && bits < SHORTEST_RSA) {
    return `is an RSA key of ${bits} bits, which is too short to be safe; it should have ${SHORTEST_RSA} or more, and a certificate issued for it`;
  }
  if (type === 'ec' && !CURVES.has(curve)) {
    return `is a key on the curve ${curve ?? 'that it describes'}; it should be one on ${[...CURVES.values()].join(', ')}, and have a certificate issued for it`;
  }
  return undefined;
}

const OF_ANOTHER = 'is not that of the certificate, whose signature AWS would refuse; it should be the one made for it';

/** Where the certificate of a key is, if it is not the first. */
function placeOfItsOwn(certificates: readonly X509Certificate[], key: KeyObject): string | undefined {
  const index = certificates.findIndex((certificate) => belongs(certificate, key));
  return index < 0
    ? undefined
    : `belongs to certificate ${index + 1} in certificate; that one should be the first, and those of its chain follow`;
}
