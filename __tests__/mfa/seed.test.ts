import { parseSeed, secretsInSeed } from '../../src/mfa/seed';

const BASE32 = 'JBSWY3DPEHPK3PXPJBSWY3DP';
const plain = { base32: BASE32, period: 30, algorithm: 'SHA1' };

test.each([
  ['as it is', BASE32],
  ['in lower case', BASE32.toLowerCase()],
  ['in groups', 'JBSW Y3DP EHPK 3PXP JBSW Y3DP'],
  ['in lower-case groups, with dashes', 'jbsw-y3dp-ehpk-3pxp-jbsw-y3dp'],
  ['over lines', '\tJBSWY3DPEHPK\r\n3PXPJBSWY3DP\n'],
  ['padded', `${BASE32}======`],
  ['padded, in groups, with a line end', 'JBSW Y3DP EHPK 3PXP JBSW Y3DP ==== ==\n'],
  ['in a URI', `otpauth://totp/AWS:ci@123456789012?secret=${BASE32}&issuer=AWS`],
  ['in a URI, in lower case', `otpauth://totp/x?secret=${BASE32.toLowerCase()}`],
  ['in a URI, in groups', 'otpauth://totp/x?secret=JBSW+Y3DP%20EHPK-3PXPJBSWY3DP'],
  ['in a URI, padded', `otpauth://totp/x?secret=${BASE32}%3D%3D`],
  ['in a URI without a label', `otpauth://totp?secret=${BASE32}`],
  ['in a URI with an upper-case scheme and type', `OTPAUTH://TOTP/x?secret=${BASE32}`],
  ['with blanks around it, also a line break and one that does not break', `\u00A0 ${BASE32}\r\n`],
  ['in a URI with blanks around it', `\u00A0\n otpauth://totp/x?secret=${BASE32} \r\n`],
  ['in a URI with blanks in it', `otpauth://totp/x?secret=%20${BASE32}+&period=+30&algorithm=+sha1+&digits=%206`],
  ['in a URI whose parameters are empty', `otpauth://totp/x?secret=${BASE32}&period=&algorithm=&digits=&issuer=`],
  ['in a URI with parameters in upper case', `otpauth://totp/x?SECRET=${BASE32}&Period=30&Algorithm=SHA1`],
  ['in a URI with an algorithm with a dash', `otpauth://totp/x?secret=${BASE32}&algorithm=sha-1`],
  ['in a URI with an algorithm with a line', `otpauth://totp/x?secret=${BASE32}&algorithm=SHA_1`],
  ['in a URI with the full name of its algorithm', `otpauth://totp/x?secret=${BASE32}&algorithm=HmacSHA1`],
  ['in a URI that states what is usual', `otpauth://totp/x?secret=${BASE32}&digits=6&period=30&algorithm=SHA1`],
  ['in double quotes', `"${BASE32}"`],
  ['in single quotes, with a line end', `'JBSW Y3DP EHPK 3PXP JBSW Y3DP'\n`],
  ['in backquotes, padded', `\`${BASE32}==\``],
  ['in groups, with dashes of a text processor', 'JBSW\u2013Y3DP\u2013EHPK\u20103PXP\u2014JBSW Y3DP'],
  ['after its name', `secret=${BASE32}`],
  ['after its name, in upper case and with a colon', `SECRET: ${BASE32.toLowerCase()}`],
  ['after its name in words', `Secret key: jbsw y3dp ehpk 3pxp jbsw y3dp`],
  ['after the name of a variable, in quotes', `AWS_MFA_SECRET="${BASE32}"\n`],
  ['as a member of JSON', `"Base32StringSeed": "${BASE32}"`],
  ['in a URI in quotes', `"otpauth://totp/AWS:ci@123456789012?secret=${BASE32}&issuer=AWS"`],
  ['in a URI after the name of a variable', `MFA_SECRET=otpauth://totp/x?secret=${BASE32}`],
  ['after its name and a blank', `seed ${BASE32}`],
  ['in groups, after its name and a blank', 'MFA secret key jbsw y3dp ehpk 3pxp jbsw y3dp'],
  ['in typographic quotes', `\u201C${BASE32}\u201D`],
  ['in German quotes, after its name', `Secret: \u201E${BASE32}\u201C`],
  ['in French quotes', `\u00AB\u00A0${BASE32}\u00A0\u00BB`],
  ['as JSON', `{"secret":"${BASE32}"}`],
  ['as JSON, over lines', `{\n  "seed": "otpauth://totp/x?secret=${BASE32}"\n}\n`],
  ['with the other parameters of a URI', `secret=${BASE32}&issuer=AWS`],
  ['with the other parameters of a URI, from a page', `?issuer=AWS&amp;secret=${BASE32}`],
  ['in a URI with a # in its label', `otpauth://totp/AWS#1:ci?secret=${BASE32}&issuer=AWS#1`],
  ['in a URI with a fragment', `otpauth://totp/x?secret=${BASE32}#x`],
  ['in a URI with an issuer, after a name', `MFA_SECRET=otpauth://totp/x?secret=${BASE32}&issuer=AWS`],
  ['in a URI from a page', `otpauth://totp/x?issuer=AWS&amp;secret=${BASE32}`],
])('a seed %s', (_, text) => {
  expect(parseSeed(text)).toEqual(plain);
});

test.each([
  ['period=60', { period: 60 }],
  ['period=1', { period: 1 }],
  ['algorithm=SHA256', { algorithm: 'SHA256' }],
  ['algorithm=sha512', { algorithm: 'SHA512' }],
  ['algorithm=SHA512&period=60&digits=6', { algorithm: 'SHA512', period: 60 }],
])('a URI may say %s', (parameters, expected) => {
  expect(parseSeed(`otpauth://totp/x?secret=${BASE32}&${parameters}`)).toEqual({ ...plain, ...expected });
});

test('a seed that ends as a name does', () => {
  const ends = 'JBSWY3DPEHPKSEED';
  for (const text of [ends, `${ends}======`, `${ends} = ===`, `${ends}\n==\n`]) {
    expect(parseSeed(text)).toMatchObject({ base32: ends });
  }
});

test('other parameters count without the rest of their URI', () => {
  expect(parseSeed(`secret=${BASE32}&period=60`)).toEqual({ ...plain, period: 60 });
});

test.each([
  [`secret=${BASE32.toLowerCase()}`, [BASE32.toLowerCase(), BASE32]],
  ['"JBSW Y3DP EHPK 3PXP JBSW Y3DP"', ['JBSW Y3DP EHPK 3PXP JBSW Y3DP', BASE32]],
  [`otpauth://totp/x?secret=${BASE32}&issuer=AWS`, [BASE32]],
  ['no seed', []],
])('what of %j is a secret in itself', (text, secrets) => {
  expect(secretsInSeed(text)).toEqual(secrets);
});

test('a seed of the least length', () => {
  expect(parseSeed('JBSWY3DPEHPK3PXP')).toMatchObject({ base32: 'JBSWY3DPEHPK3PXP' });
});

const noBase32 = 'is not a seed in base32 (at least 16 letters and digits 2 to 7), nor an otpauth:// URI';
const exported =
  'is what an app exports to move to another phone (otpauth-migration://), which may hold several devices; it should be ' +
  'the seed of one, in base32 or as an otpauth:// URI';
const wordWithIt =
  'has a word before or after the seed, or a blank within; it should be the seed alone, in base32 or as an otpauth:// URI';
const json = 'is JSON; it should be the seed in it alone, in base32 or as an otpauth:// URI';
const noPeriod = 'has a period that is not a whole number of seconds';
const noAlgorithm = 'has an algorithm that is none of SHA1, SHA256, SHA512';
const noDigits = 'has codes of another length than 6 digits, which AWS does not take';

test.each([
  ['', noBase32],
  ['JBSWY3DPEHPK3PX', noBase32],
  ['JBSWY3DPEHPK3PX1', noBase32],
  ['JBSWY3DPEHPK3PXP0', noBase32],
  ['JBSWY3DPEHPK3PXP8', noBase32],
  ['JBSWY3DP=EHPK3PXP', noBase32],
  ['JBSWY3DPEHPK3PXÄ', noBase32],
  ['123456', noBase32],
  [`https://totp/x?secret=${BASE32}`, noBase32],
  ['otpauth://totp/x', noBase32],
  [`"${BASE32}`, noBase32],
  [`'${BASE32}"`, noBase32],
  [`"secret=`, noBase32],
  [`user=${BASE32}`, noBase32],
  [`device ${BASE32}`, wordWithIt],
  [`of ci\n${BASE32}`, wordWithIt],
  [`${BASE32} mona`, wordWithIt],
  [`${BASE32} AWS\n`, wordWithIt],
  [`${BASE32}\t${BASE32}`, wordWithIt],
  [`{"secret":"${BASE32}","issuer":"AWS"}`, json],
  [`{"secret":"JBSWY3DP"}`, json],
  [`{"VirtualMFADevice": {"Base32StringSeed": "SkJTV1kzRFA="}}`, json],
  ['issuer=AWS&digits=6', noBase32],
  ['otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbQ%3D%3D', exported],
  ['"OTPAUTH-MIGRATION://offline?data=CjEK"', exported],
  ['otpauth://totp/x?secret=', noBase32],
  ['otpauth://totp/x?secret=JBSWY3DP', noBase32],
  [`otpauth://${BASE32} no host?secret=${BASE32}`, 'is not a valid otpauth:// URI'],
  [`otpauth://hotp/x?secret=${BASE32}&counter=1`, 'is an otpauth:// URI of another type than totp'],
  [`otpauth:totp/x?secret=${BASE32}`, 'is an otpauth:// URI of another type than totp'],
  [`otpauth://totp/x?secret=${BASE32}&period=0`, noPeriod],
  [`otpauth://totp/x?secret=${BASE32}&period=-30`, noPeriod],
  [`otpauth://totp/x?secret=${BASE32}&period=30.5`, noPeriod],
  [`otpauth://totp/x?secret=${BASE32}&period=30s`, noPeriod],
  [`otpauth://totp/x?secret=${BASE32}&algorithm=MD5`, noAlgorithm],
  [`otpauth://totp/x?secret=${BASE32}&algorithm=HMAC`, noAlgorithm],
  [`otpauth://totp/x?secret=${BASE32}&digits=8`, noDigits],
  [`otpauth://totp/x?secret=${BASE32}&digits=six`, noDigits],
])('%j is none, and why says nothing of it', (text, wrong) => {
  expect(parseSeed(text)).toEqual({ wrong });
});
