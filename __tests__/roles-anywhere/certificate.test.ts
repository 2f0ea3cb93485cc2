import { CertificateAuthority, type CertificateSettings } from '../../sandbox/roles-anywhere/certificate-authority';
import { commonNameOf, holderOf, issuerOf, readCertificate } from '../../src/roles-anywhere/certificate';
import { inputs } from './pem-inputs.json';

/** What is said of each that is refused here. Those outside their time are refused when they are used. */
const REFUSED: Readonly<Record<string, string>> = {
  'encrypted PKCS#8 key': 'key: is encrypted, and a passphrase next to it in the secrets would protect nothing',
  'Ed25519 key': 'key: is a key of the type ed25519; IAM Roles Anywhere takes signatures of RSA and EC keys',
  'RSA certificate, other RSA key': 'key: is not that of the certificate, whose signature AWS would refuse',
  'RSA certificate, EC key': 'key: is not that of the certificate, whose signature AWS would refuse',
  'no digitalSignature in key usage': 'certificate: is not for signatures',
  'a CA certificate as the end entity': 'certificate: is one of an authority (CA:TRUE)',
};
const IN_ANOTHER_TIME = ['expired certificate', 'certificate not valid yet'];

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe.each(inputs)('$name', ({ name, certificate: certificates, privateKey, expect: expected }) => {
  test.each([
    ['as it is', (text: string) => text],
    ['in base64', base64],
  ])('%s', (_, form) => {
    const { certificate, problems } = readCertificate(form(certificates), form(privateKey));
    const refusal = REFUSED[name];
    if (refusal === undefined) {
      expect(problems).toEqual([]);
      expect(certificate?.leaf.checkPrivateKey(certificate.privateKey)).toBe(true);
      const isTaken = expected === 'ok' || expected === 'repair or refuse' || IN_ANOTHER_TIME.includes(name);
      expect(isTaken).toBe(true);
    } else {
      expect(expected).toMatch(/refuse/);
      expect(certificate).toBeUndefined();
      expect(problems.map((found) => `${found.with}: ${found.problem}`).join('\n')).toContain(refusal);
    }
  });
});

describe('of what an authority issues', () => {
  let authority: CertificateAuthority;
  beforeAll(async () => (authority = await CertificateAuthority.create()));

  async function readIssued(settings: CertificateSettings) {
    const { certificate, privateKey } = await authority.issue(settings);
    return readCertificate(certificate, privateKey);
  }

  test.each<[CertificateSettings, string[], number]>([
    [{}, [], 0],
    [{ keyType: 'rsa', dnsNames: ['a.example', 'b.example'] }, [], 0],
    [{ hash: 'SHA-1' }, ['is signed with SHA-1'], 0],
    [{ keyUsage: 'encryption' }, ['is not for signatures'], 0],
    [{ keyUsage: 'none' }, [], 1],
  ])('one with %j has the problems %j, and as many warnings as %s', async (settings, words, warned) => {
    const { problems, warnings } = await readIssued(settings);
    expect(problems).toEqual(
      words.map((word) => ({ with: 'certificate', problem: expect.stringContaining(word) as unknown })),
    );
    expect(warnings).toHaveLength(warned);
  });

  test('one that comes after those of its chain is named', async () => {
    const { certificate, privateKey } = await authority.issue();
    const { problems } = readCertificate(`${authority.certificate}\n${certificate}`, privateKey);
    expect(problems.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('is one of an authority'),
      expect.stringContaining('is not for signatures'),
      expect.stringContaining('belongs to certificate 2 in certificate'),
    ]);
  });

  test.each([
    ['nothing', '', 'holds no private key'],
    ['the certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'holds no private key'],
    ['half of a key', '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----', 'cannot be read'],
    [
      'a key in the form of OpenSSH',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
      'is in the form of OpenSSH',
    ],
    [
      'a key encrypted in the old way',
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----',
      'is encrypted',
    ],
  ])('given as its key, %s is refused with the reason', async (_, key, words) => {
    const { certificate } = await authority.issue();
    expect(readCertificate(certificate, key).problems).toEqual([
      { with: 'key', problem: expect.stringContaining(words) as unknown },
    ]);
  });

  test.each([
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'holds no certificate'],
    ['half of one', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'cannot be read: it is damaged'],
  ])('given as a certificate, %s is refused with the reason', async (_, text, words) => {
    const { privateKey } = await authority.issue();
    expect(readCertificate(text, privateKey).problems).toEqual([
      { with: 'certificate', problem: expect.stringContaining(words) as unknown },
    ]);
  });
});

test.each<[subject: string | undefined, holder: string, commonName: string | undefined]>([
  ['CN=deploy\nO=octo', 'CN=deploy, O=octo', 'deploy'],
  ['O=octo\nOU=a + CN=deploy', 'O=octo, OU=a + CN=deploy', 'deploy'],
  ['O=octo', 'O=octo', undefined],
  [undefined, 'with the serial number 0A', undefined],
])('a certificate of %j is that of %j', (subject, holder, commonName) => {
  const named = { subject, issuer: undefined, serialNumber: '0A' };
  expect([holderOf(named), commonNameOf(named), issuerOf(named)]).toEqual([holder, commonName, 'without a name']);
});
