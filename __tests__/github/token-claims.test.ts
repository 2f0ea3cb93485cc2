import { decodeClaims } from '../../src/github/token-claims';

const TEXT = `a.${Buffer.from('"text"').toString('base64url')}.c`;
test.each(['', 'abc', 'a.b.c', TEXT, 'a.e30', 'a.e30.c.d', '{"value":"a.e30.c"}', 'a.e30.c a'])(
  '%j is no token',
  (text) => {
    expect(decodeClaims(text)).toBeUndefined();
  },
);

test('claims are read from the token’s middle part', () => {
  expect(decodeClaims(`x.${Buffer.from('{"sub":"ü"}').toString('base64url')}.y`)).toEqual({ sub: 'ü' });
});
