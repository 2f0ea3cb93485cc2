import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/**
 * Trusts the certificates in a file, as Node does at its start with that of `NODE_EXTRA_CA_CERTS`. Nodes before 24.5
 * cannot do so later.
 */
export function trustCertificatesIn(path: string): void {
  if (!('setDefaultCACertificates' in tls)) return;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(path, 'utf8')]);
}
