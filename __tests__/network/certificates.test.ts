import { writeFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { certificatesIn, trustCertificatesIn } from '../../src/network/certificates';
import { inJob, useJobDirectory } from '../runner/job-files';
import { selfSigned } from './certificate';

useJobDirectory();

/** Lines may be of any length, and what is around them may have other names. */
const bodyOf = (pem = '') => pem.replaceAll(/-----.*?-----|\s/g, '');

// Older releases of Node cannot be made to trust a certificate. Actions run on one that can.
const testWhereTrustCanBeSet = 'setDefaultCACertificates' in tls ? test : test.skip;

testWhereTrustCanBeSet('the certificates in a file are trusted together with those that are', () => {
  const trusted = tls.getCACertificates('default');
  const { cert } = selfSigned(['localhost']);
  writeFileSync(inJob('ca.pem'), cert);
  try {
    trustCertificatesIn(inJob('ca.pem'));
    const now = tls.getCACertificates('default').map(bodyOf);
    expect(now).toContain(bodyOf(cert));
    expect(now).toContain(bodyOf(trusted[0]));
  } finally {
    tls.setDefaultCACertificates(trusted);
  }
});

test.each(['TRUSTED CERTIFICATE', 'X509 CERTIFICATE'])('a certificate may be written as %s', (label) => {
  const { cert } = selfSigned(['localhost']);
  writeFileSync(inJob('ca.pem'), cert.replaceAll(/(BEGIN|END) CERTIFICATE/g, `$1 ${label}`));
  expect(certificatesIn(inJob('ca.pem')).map(bodyOf)).toEqual([bodyOf(cert)]);
});

test('what cannot be read is not trusted, and stops nothing', () => {
  expect(() => {
    trustCertificatesIn(inJob('missing.pem'));
  }).not.toThrow();
});

test.each([
  ['', 'no certificate'],
  ['-----BEGIN RSA PRIVATE KEY-----\nEXAMPLE\n-----END RSA PRIVATE KEY-----', 'no certificate'],
  ['-----BEGIN CERTIFICATE-----\nEXAMPLE\n-----END CERTIFICATE-----', ''],
])('a file that holds none is refused: %j', (text, why) => {
  writeFileSync(inJob('none.pem'), text);
  expect(() => certificatesIn(inJob('none.pem'))).toThrow(why);
});
