import 'reflect-metadata';
import { KeyObject, randomBytes, type webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** What is special to a certificate. */
export interface CertificateSettings {
  /** A distinguished name: `CN=deploy,O=octo`. */
  readonly subject?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keyType?: 'rsa' | 'ec';
  /** `none` stands for a certificate that does not say what its key is for. */
  readonly keyUsage?: 'signature' | 'encryption' | 'none';
  readonly dnsNames?: readonly string[];
  /** With which the authority signs; SHA-256 if omitted. */
  readonly hash?: 'SHA-1' | 'SHA-256';
}

/** A certificate with its key, both in PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: string;
}

const DAY_MS = 24 * 60 * 60_000;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;
const KEY_USAGES = { signature: x509.KeyUsageFlags.digitalSignature, encryption: x509.KeyUsageFlags.keyEncipherment };

/** A private authority that issues certificates, as those that trust anchors are made of. */
export class CertificateAuthority {
  private constructor(
    /** In PEM. */
    readonly certificate: string,
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly name: string,
  ) {}

  /** Makes one that signed its own certificate. */
  static async create(name = 'CN=Root,O=octo'): Promise<CertificateAuthority> {
    const keys = await newKeys('ec');
    return new CertificateAuthority((await issue(name, keys, name, keys, asAuthority())).toString('pem'), keys, name);
  }

  /** An authority to which this one issues its certificate. */
  async createIntermediate(name = 'CN=Intermediate,O=octo', notAfter?: Date): Promise<CertificateAuthority> {
    const keys = await newKeys('ec');
    const certificate = await issue(name, keys, this.name, this.keys, { ...asAuthority(), notAfter });
    return new CertificateAuthority(certificate.toString('pem'), keys, name);
  }

  /** Issues a certificate, with a new key. It is for signatures, and valid for 90 days from yesterday on, unless said otherwise. */
  async issue(settings: CertificateSettings = {}): Promise<IssuedCertificate> {
    const { subject = 'CN=deploy,O=octo', keyType = 'ec', keyUsage = 'signature', dnsNames = [] } = settings;
    const keys = await newKeys(keyType);
    const { notBefore, notAfter, hash } = settings;
    const certificate = await issue(subject, keys, this.name, this.keys, {
      notBefore,
      notAfter,
      hash,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        ...(keyUsage === 'none' ? [] : [new x509.KeyUsagesExtension(KEY_USAGES[keyUsage], true)]),
        ...(dnsNames.length > 0
          ? [new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns' as const, value })))]
          : []),
      ],
    });
    const privateKey = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
    return { certificate: certificate.toString('pem'), privateKey };
  }
}

interface Content {
  readonly notBefore?: Date | undefined;
  readonly notAfter?: Date | undefined;
  readonly hash?: 'SHA-1' | 'SHA-256' | undefined;
  readonly extensions: x509.Extension[];
}

function asAuthority(): Content {
  return {
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  };
}

function newKeys(type: 'rsa' | 'ec'): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(type === 'rsa' ? RSA : EC, true, ['sign', 'verify']);
}

function issue(
  subject: string,
  keys: webcrypto.CryptoKeyPair,
  issuer: string,
  signing: webcrypto.CryptoKeyPair,
  { notBefore, notAfter, hash = 'SHA-256', extensions }: Content,
): Promise<x509.X509Certificate> {
  const now = Date.now();
  return x509.X509CertificateGenerator.create({
    // Positive, as its first bit is 0.
    serialNumber: `0${randomBytes(15).toString('hex').slice(1)}`,
    subject,
    issuer,
    publicKey: keys.publicKey,
    signingKey: signing.privateKey,
    signingAlgorithm: { ...EC, hash },
    notBefore: notBefore ?? new Date(now - DAY_MS),
    notAfter: notAfter ?? new Date(now + 90 * DAY_MS),
    extensions,
  });
}
