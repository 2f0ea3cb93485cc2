import { difference } from '../../src/policy/difference';
import type { PolicyDocument } from '../../src/policy/policy-document';
import { samples } from './samples';

const policy = (...statements: object[]): PolicyDocument => ({ Version: '2012-10-17', Statement: statements });
const read = { Sid: 'Read', Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' };
const deny = { Sid: 'NoIam', Effect: 'Deny', Action: 'iam:*', Resource: '*' };

test('an action that comes is one line, whatever else is written in another way', () => {
  const before = { Statement: read, Version: '2012-10-17' };
  const after = policy({ ...read, Resource: ['*'], Action: ['S3:listbucket', 's3:PutObject', 's3:GetObject'] });
  expect(difference(before, after)).toEqual([
    '          "S3:listbucket",',
    '          "s3:GetObject",',
    '+         "s3:PutObject"',
    '        ],',
    '        "Resource": [',
  ]);
});

test('changes that are far from each other', () => {
  const Resource = ['arn:aws:s3:::a', 'arn:aws:s3:::b', 'arn:aws:s3:::c', 'arn:aws:s3:::d', 'arn:aws:s3:::e'];
  const before = policy({ Effect: 'Allow', Action: 's3:*', Resource });
  const after = policy({ Effect: 'Deny', Action: 's3:*', Resource: Resource.slice(0, -1) });
  expect(difference(before, after)).toEqual([
    '    "Statement": [',
    '      {',
    '-       "Effect": "Allow",',
    '+       "Effect": "Deny",',
    '        "Action": [',
    '          "s3:*"',
    '…',
    '          "arn:aws:s3:::c",',
    '          "arn:aws:s3:::d"',
    '-         "arn:aws:s3:::e"',
    '        ]',
    '      }',
  ]);
});

test('a statement that goes', () => {
  expect(difference(policy(deny, read), policy(read))).toEqual([
    '    "Statement": [',
    '      {',
    '-       "Sid": "NoIam",',
    '-       "Effect": "Deny",',
    '-       "Action": [',
    '-         "iam:*"',
    '-       ],',
    '-       "Resource": [',
    '-         "*"',
    '-       ]',
    '-     },',
    '-     {',
    '        "Sid": "Read",',
    '        "Effect": "Allow",',
  ]);
});

test('names are shown as they were written, those of the new policy first', () => {
  const before = policy({ ...deny, Condition: { Bool: { 'AWS:securetransport': false } } });
  const after = policy({ ...deny, Condition: { Bool: { 'aws:SecureTransport': true } } });
  expect(difference(before, after)).toEqual([
    '          "Bool": {',
    '            "aws:SecureTransport": [',
    '-             "false"',
    '+             "true"',
    '            ]',
    '          }',
  ]);
});

test('a comma in a value stays, and one that comes with a new neighbour is no change', () => {
  const before = policy({ ...read, Condition: { StringEquals: { 'aws:RequestTag/teams': ['a,', 'b,'] } } });
  const after = policy({ ...read, Condition: { StringEquals: { 'aws:RequestTag/teams': ['a,', 'b,', 'c,'] } } });
  expect(difference(before, after)).toEqual([
    '              "a,",',
    '              "b,",',
    '+             "c,"',
    '            ]',
    '          }',
  ]);
});

/** The lines of the new policy, of all that is shown. */
const newLines = (lines: readonly string[]) =>
  lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(2));

test('from nothing, all is new, and as it was written', () => {
  const written = policy({ ...read, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }, deny);
  const lines = difference({}, written);
  expect(lines.every((line) => line.startsWith('+ '))).toBe(true);
  expect(newLines(lines).join('\n')).toBe(JSON.stringify(written, undefined, 2));
  expect(difference({}, {})).toEqual([]);
});

test('the account of the new policy is shown as it was written there', () => {
  const trusting = (AWS: string[]) => policy({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' });
  const [root, other] = ['arn:aws:iam::123456789012:root', 'arn:aws:iam::123456789012:role/machine/other'];
  expect(difference(trusting(['123456789012']), trusting([root, other]))).toEqual([
    '        "Principal": {',
    '          "AWS": [',
    `+           "${other}",`,
    `            "${root}"`,
    '          ]',
  ]);
});

test.each(samples)('the %s sample does not differ from itself', (_, sample) => {
  expect(difference(sample, structuredClone(sample))).toEqual([]);
});

test('no difference of meaning, no lines', () => {
  const rewritten = {
    Statement: [{ ...read, Action: ['S3:LISTBUCKET', 's3:getobject'] }, deny],
    Version: '2012-10-17',
  };
  expect(difference(policy(deny, read), rewritten)).toEqual([]);
});
