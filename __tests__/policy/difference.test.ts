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
    '          "S3:listbucket"',
    '          "s3:GetObject"',
    '+         "s3:PutObject"',
    '        ]',
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
    '-       "Effect": "Allow"',
    '+       "Effect": "Deny"',
    '        "Action": [',
    '          "s3:*"',
    '…',
    '          "arn:aws:s3:::c"',
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
    '-       "Sid": "NoIam"',
    '-       "Effect": "Deny"',
    '-       "Action": [',
    '-         "iam:*"',
    '-       ]',
    '-       "Resource": [',
    '-         "*"',
    '-       ]',
    '-     }',
    '-     {',
    '        "Sid": "Read"',
    '        "Effect": "Allow"',
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

test('a comma in a value stays', () => {
  const Condition = { StringEquals: { 'aws:RequestTag/teams': 'a,b' } };
  expect(difference({}, policy({ ...read, Condition }))).toContain('+             "a,b"');
});

test('from nothing, all is new', () => {
  const lines = difference({}, policy(read));
  expect(lines.slice(0, 3)).toEqual(['+ {', '+   "Version": "2012-10-17"', '+   "Statement": [']);
  expect(lines.every((line) => line.startsWith('+ '))).toBe(true);
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
