import { writeFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { certificatesIn, trustCertificatesIn } from '../../src/network/certificates';
import { inJob, useJobDirectory } from '../runner/job-files';
import { selfSigned } from './certificate';

useJobDirectory();

// Older releases of Node cannot be made to trust a certificate. Actions run on one that can.
const testWhereTrustCanBeSet = 'setDefaultCACertificates' in tls ? test : test.skip;

testWhereTrustCanBeSet('the certificates in a file are trusted together with those that are', () => {
  const trusted = tls.getCACertificates('default');
  // Lines may be of any length.
  const inOneLine = (text = '') => text.replaceAll('\n', '');
  const { cert } = selfSigned(['localhost']);
  writeFileSync(inJob('ca.pem'), cert);
  try {
    trustCertificatesIn(inJob('ca.pem'));
    const now = tls.getCACertificates('default').map(inOneLine);
    expect(now).toContain(inOneLine(cert));
    expect(now).toContain(inOneLine(trusted[0]));
  } finally {
    tls.setDefaultCACertificates(trusted);
  }
});

test.each([
  ['', 'no certificate'],
  ['-----BEGIN RSA PRIVATE KEY-----\nEXAMPLE\n-----END RSA PRIVATE KEY-----', 'no certificate'],
  ['-----BEGIN CERTIFICATE-----\nEXAMPLE\n-----END CERTIFICATE-----', ''],
])('a file that holds none is refused: %j', (text, why) => {
  writeFileSync(inJob('none.pem'), text);
  expect(() => certificatesIn(inJob('none.pem'))).toThrow(why);
});
