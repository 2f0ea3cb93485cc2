import { generateKeyPairSync } from 'node:crypto';
import { CertificateAuthority, type CertificateSettings } from '../../sandbox/roles-anywhere/certificate-authority';
import { commonNameOf, holderOf, issuerOf, readCertificate } from '../../src/roles-anywhere/certificate';
import { inputs } from './pem-inputs.json';
import versionOne from './version-1.json';

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

/** What a file of PKCS #12 begins with. */
const PKCS12 = Buffer.from('30820a1002010330820', 'hex').toString('base64');

function keyOf(...[type, size]: ['rsa', number] | ['ec', string]): string {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: size })
      : generateKeyPairSync('ec', { namedCurve: size });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A certificate or a key in base64, without the frame of PEM. */
function derOf(what: 'certificate' | 'pkcs8'): string {
  const pem = what === 'certificate' ? versionOne.certificate : versionOne.privateKey;
  return pem.split('\n').slice(1, -2).join('\n');
}

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
      expect.stringContaining('belongs to certificate 2 in certificate; that one should be the first'),
    ]);
  });

  test('one of an authority is that, and nothing else', async () => {
    const { privateKey } = await authority.issue();
    expect(readCertificate(authority.certificate, privateKey).problems.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('is one of an authority (CA:TRUE)'),
      expect.stringContaining('is not that of the certificate'),
    ]);
  });

  test('one that is exchanged with its key is said to be', async () => {
    const { certificate, privateKey } = await authority.issue();
    const problem =
      'holds the private key, and certificate-private-key the certificate; it should be the other way round';
    expect(readCertificate(privateKey, base64(certificate))).toEqual({
      certificate: undefined,
      problems: [{ with: 'certificate', problem }],
      warnings: [],
    });
  });

  test('what is there twice is sent once', async () => {
    const { certificate, privateKey } = await authority.issue();
    const text = [certificate, certificate, authority.certificate].join('\n');
    const read = readCertificate(text, privateKey);
    expect(read.problems).toEqual([]);
    expect(read.certificate?.chain.map(({ subject }) => subject)).toEqual(['CN=Root\nO=octo']);
    expect(read.warnings).toEqual([expect.stringContaining('it holds that of CN=deploy, O=octo more than once')]);
  });

  test.each([
    ['nothing', '', 'holds no private key'],
    [
      'the certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'holds a certificate, and no private key',
    ],
    [
      'a public key',
      '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
      'holds a public key, and no private key',
    ],
    [
      'parameters',
      '-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----',
      'holds EC PARAMETERS, and no private',
    ],
    ['the beginning of one', '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG', 'is cut off: -----BEGIN PRIVATE KEY-----'],
    [
      'one in DER',
      derOf('pkcs8'),
      'is base64 of DER, or PEM without its first and last line; it should be PEM, as `openssl pkey',
    ],
    ['PKCS #12', PKCS12, 'is base64 of PKCS #12; it should be PEM, as `openssl pkcs12 -nodes'],
    ['a path', 'secrets/key.pem', 'holds no private key; it should be PEM'],
    ['RSA of 1024 bits', keyOf('rsa', 1024), 'is an RSA key of 1024 bits, which is too short to be safe'],
    [
      'one on another curve',
      keyOf('ec', 'secp256k1'),
      'is a key on the curve secp256k1; it should be one on P-256, P-384',
    ],
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
    [
      'a key',
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      'holds a private key, and no certificate',
    ],
    [
      'a request',
      versionOne.request,
      'holds a certificate request, of which the authority still has to make a certificate',
    ],
    ['PKCS #7', '-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----', 'holds PKCS #7, whose certificates `openssl pkcs7'],
    ['a list', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----', 'holds a certificate revocation list'],
    [
      'what is cut off',
      versionOne.certificate.slice(0, 200),
      'is cut off: -----BEGIN CERTIFICATE----- has no -----END',
    ],
    ['a chain that is cut off', `${versionOne.certificate}${versionOne.certificate.slice(0, 200)}`, 'is cut off: '],
    ['one in DER', derOf('certificate'), 'it should be PEM, as `openssl x509 -inform DER'],
    ['PKCS #12', PKCS12, 'is base64 of PKCS #12; it should be PEM, as `openssl pkcs12 -nodes'],
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

test('one of version 1, as openssl writes it without extensions, is refused', () => {
  const { certificate, problems, warnings } = readCertificate(versionOne.certificate, versionOne.privateKey);
  expect([certificate, warnings]).toEqual([undefined, []]);
  expect(problems).toEqual([
    {
      with: 'certificate',
      problem: expect.stringMatching(
        /^is X\.509 version 1, and IAM Roles Anywhere needs version 3; .* \(-extfile\)$/,
      ) as unknown,
    },
  ]);
});
