import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

const PEM = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/** The files whose certificates this process trusts already. */
const trusted = new Set<string>();

/**
 * Trusts the certificates in a file, as Node does at its start with that of `NODE_EXTRA_CA_CERTS`. Nodes before 24.5
 * cannot do so later.
 *
 * @throws Error when the file cannot be read, or holds none
 */
export function trustCertificatesIn(path: string): void {
  if (trusted.has(path) || !('setDefaultCACertificates' in tls)) return;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...certificatesIn(path)]);
  trusted.add(path);
}

/** Trusts the authorities of the operating system, as Node does at its start with `NODE_USE_SYSTEM_CA=1`. */
export function trustSystem(): void {
  if (!('setDefaultCACertificates' in tls)) return;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]);
}

/**
 * The certificates in a file, in PEM.
 *
 * @throws Error when it cannot be read, or holds none
 */
export function certificatesIn(path: string): string[] {
  const certificates = readFileSync(path, 'utf8').match(PEM) ?? [];
  if (certificates.length === 0) throw new Error('it holds no certificate in PEM');
  certificates.forEach((certificate) => new X509Certificate(certificate));
  return certificates;
}
