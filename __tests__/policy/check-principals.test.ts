import { sentences } from './sentences';

/** What a trust policy's check says of a principal. */
function problemsOf(Principal: object): readonly string[] {
  const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, Condition: { Bool: { 'aws:X': 'true' } } };
  return sentences({ Version: '2012-10-17', Statement: statement }, 'trust').filter((line) =>
    line.includes('Principal'),
  );
}

const ACCOUNT = '123456789012';
const KEY = '0123456789abcdefABCDEF0123456789'.repeat(2);

test.each([
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  { AWS: `arn:aws-us-gov:iam::${ACCOUNT}:role/a/b` },
  { AWS: `arn:aws-cn:sts::${ACCOUNT}:assumed-role/a/b` },
  { AWS: `arn:aws:sts::${ACCOUNT}:federated-user/a` },
  { AWS: 'AROA0123456789ABCDEF' },
  { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/x.example/a` },
  { Federated: `arn:aws-cn:iam::${ACCOUNT}:saml-provider/x` },
  { Service: 'ec2.amazonaws.com' },
  { CanonicalUser: KEY },
])('%j is a principal', (principal) => {
  expect(problemsOf(principal)).toEqual([]);
});

test.each([
  { AWS: `${ACCOUNT}3` },
  { AWS: `x${ACCOUNT}` },
  { AWS: '*x' },
  { AWS: `xarn:aws:iam::${ACCOUNT}:root` },
  { AWS: `arn:aws:iam::${ACCOUNT}:rooter` },
  { AWS: `arn:aws:iam::${ACCOUNT}:role/a b` },
  { AWS: `arn:aws:iam::${ACCOUNT}:role/` },
  { AWS: `xarn:aws:sts::${ACCOUNT}:assumed-role/a/b` },
  { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/a/*` },
  { AWS: `arn:aws!:sts::${ACCOUNT}:assumed-role/a/b` },
  { Federated: `xarn:aws:iam::${ACCOUNT}:oidc-provider/x.example` },
  { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/x.example *` },
  { Service: 'https://ec2.amazonaws.com' },
  { Service: 'ec2.amazonaws.com/' },
  { Service: 'ec2' },
  { CanonicalUser: `${KEY}0` },
  { CanonicalUser: `x${KEY}` },
])('%j is none', (principal) => {
  expect(problemsOf(principal)).toHaveLength(1);
});
