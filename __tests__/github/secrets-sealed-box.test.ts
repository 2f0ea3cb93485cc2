import sodium from 'libsodium-wrappers';
import { seal } from '../../src/github/sealed-box';

// Other tests seal with a faster library.
jest.mock('@serenity-kit/noble-sodium', () =>
  jest.requireActual<object>('../../node_modules/@serenity-kit/noble-sodium/dist/index.js'),
);

beforeAll(() => sodium.ready);

test.each(['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'schlüssel', '', 'x'.repeat(48 * 1024)])(
  'libsodium opens what was sealed: %#',
  (value) => {
    const { publicKey, privateKey } = sodium.crypto_box_keypair();
    const box = seal(value, Buffer.from(publicKey).toString('base64'));
    const opened = sodium.crypto_box_seal_open(Buffer.from(box, 'base64'), publicKey, privateKey);
    expect(Buffer.from(opened).toString('utf8')).toBe(value);
  },
);

test('no two boxes are the same', () => {
  const key = Buffer.from(sodium.crypto_box_keypair().publicKey).toString('base64');
  expect(seal('value', key)).not.toBe(seal('value', key));
});

test.each(['', 'dG9vIHNob3J0'])('the key "%s" is refused', (key) => {
  expect(() => seal('value', key)).toThrow();
});
