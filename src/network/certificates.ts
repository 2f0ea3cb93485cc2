import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import tls from 'node:tls';

/** OpenSSL writes some with a label of its own, and takes all of them. */
const PEM = /-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----.+?-----END \1-----/gs;

/** The files whose certificates this process trusts already. */
const trusted = new Set<string>();

/** Whether this Node can trust more authorities once it runs: those before 24.5 cannot. */
export function canTrustLater(): boolean {
  return 'setDefaultCACertificates' in tls;
}

/**
 * Trusts the certificates in a file, as Node does at its start with that of `NODE_EXTRA_CA_CERTS`, if it
 * can do so later. As there, a file that cannot be read stops nothing.
 */
export function trustCertificatesIn(path: string): void {
  if (trusted.has(path) || !canTrustLater()) return;
  trusted.add(path);
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...certificatesIn(path)]);
  } catch {
    // The step warned of it at its start. If a server is then not trusted, its error names the variables.
  }
}

/** Trusts the authorities of the operating system, as Node does at its start with `NODE_USE_SYSTEM_CA=1`. */
export function trustSystem(): void {
  if (!canTrustLater()) return;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]);
}

/**
 * The certificates in a file, in PEM.
 *
 * @throws Error when it cannot be read, or holds none
 */
export function certificatesIn(path: string): string[] {
  if (!statSync(path).isFile()) throw new Error('it must be a file, and is a directory or the like');
  const certificates = readFileSync(path, 'utf8').match(PEM) ?? [];
  if (certificates.length === 0) throw new Error('it holds no certificate in PEM');
  return certificates.map((certificate) => new X509Certificate(certificate).toString());
}
