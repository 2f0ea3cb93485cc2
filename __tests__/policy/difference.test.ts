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
    '        "Action": [',
    '          "S3:listbucket",',
    '+         "s3:PutObject",',
    '          "s3:GetObject"',
    '        ],',
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
    '        "Action": "s3:*",',
    '        "Resource": [',
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
    '-       "Action": "iam:*",',
    '-       "Resource": "*"',
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
    '        "Condition": {',
    '          "Bool": {',
    '-           "aws:SecureTransport": false',
    '+           "aws:SecureTransport": true',
    '          }',
    '        }',
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

describe('what is there is shown as it is wanted, as far as both mean the same', () => {
  const Condition = { stringequals: { 'AWS:PrincipalOrgID': 'o-1', 'aws:RequestedRegion': ['b', 'a'] } };

  test.each<[string, object, object, readonly string[]]>([
    [
      'a text becomes another one',
      { Action: 's3:GetObject' },
      { Action: 's3:PutObject' },
      ['-       "Action": "s3:GetObject"', '+       "Action": "s3:PutObject"'],
    ],
    ['a list gets a member', { Action: 'a:b' }, { Action: ['a:b', 'a:c'] }, ['+         "a:c"']],
    [
      'a list becomes a text',
      { Action: ['a:b', 'a:c'] },
      { Action: 'A:b' },
      ['-       "Action": [', '-         "A:b",', '-         "a:c"', '-       ]', '+       "Action": "A:b"'],
    ],
    [
      'everyone is let in no more',
      { Principal: { AWS: '*' } },
      { Principal: { AWS: ['123456789012'] } },
      ['-           "*"', '+           "123456789012"'],
    ],
    [
      'everyone is let in',
      { Principal: { Service: 'ec2.amazonaws.com' } },
      { Principal: '*' },
      ['-       "Principal": {', '-         "Service": "ec2.amazonaws.com"', '-       }', '+       "Principal": "*"'],
    ],
    [
      'a value comes to a condition',
      { Condition },
      {
        Condition: {
          StringEquals: { 'aws:RequestedRegion': ['a', 'c', 'b'], 'aws:PrincipalOrgId': ['o-1'] },
        },
      },
      ['+             "c",'],
    ],
    [
      'names that differ in case alone stay apart',
      { Condition: { Null: { 'a:b': true, 'A:B': true } } },
      { Condition: { Null: { 'a:b': true } } },
      ['-           "A:B": true'],
    ],
    ['an ID comes', { Resource: ['*'] }, { Sid: 'All', Resource: '*' }, ['+       "Sid": "All",']],
  ])('%s', (_, there, wanted, expected) => {
    const changed = difference(policy(there), policy(wanted)).filter((line) => /^[-+]/.test(line));
    expect(changed).toEqual(expected);
  });

  test('statements are in the order of the new policy, and those that go behind what they were behind', () => {
    const write = { ...read, Sid: 'Write', Action: ['s3:PutObject'] };
    const after = policy({ ...write, Resource: 'arn:aws:s3:::a/*' }, { ...read, Action: 's3:GetObject' });
    const lines = difference(policy(read, deny, { ...write, Resource: ['*'] }), after);
    const sids = lines.filter((line) => line.includes('"Sid"') || /^[-+].*"Resource"/.test(line));
    expect(sids).toEqual([
      '-       "Resource": "*"',
      '+       "Resource": "arn:aws:s3:::a/*"',
      '        "Sid": "Read",',
      '-       "Sid": "NoIam",',
      '-       "Resource": "*"',
    ]);
  });

  const s3 = { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' };
  const ec2 = { Effect: 'Allow', Action: ['ec2:RunInstances', 'ec2:StopInstances'], Resource: '*' };
  const trusting = (Principal: unknown) => ({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  const account = '123456789012';

  test.each<[string, PolicyDocument, PolicyDocument, readonly string[]]>([
    [
      'statements without an ID that change places, and both change',
      policy(s3, ec2),
      policy(
        { ...ec2, Action: [...ec2.Action, 'ec2:StartInstances'] },
        { ...s3, Action: [...s3.Action, 's3:PutObject'] },
      ),
      ['+         "ec2:StartInstances"', '+         "s3:PutObject"'],
    ],
    [
      'the account that stays trusted, behind a new statement',
      policy(trusting({ AWS: `arn:aws:iam::${account}:root` })),
      policy(trusting({ Service: 'lambda.amazonaws.com' }), trusting({ AWS: [account, '111122223333'] })),
      [
        '+         "Service": "lambda.amazonaws.com"',
        '+       },',
        '+       "Action": "sts:AssumeRole"',
        '+     },',
        '+     {',
        '+       "Effect": "Allow",',
        '+       "Principal": {',
        '+           "111122223333"',
      ],
    ],
    [
      'statements whose ID is empty, as the console writes it',
      policy({ Sid: '', ...s3 }, { Sid: '', ...ec2 }),
      policy(ec2, { ...s3, Resource: 'arn:aws:s3:::a/*' }),
      ['-       "Resource": "*"', '+       "Resource": "arn:aws:s3:::a/*"'],
    ],
    [
      'everyone, and one more',
      policy(trusting('*')),
      policy(trusting({ AWS: ['*', account] })),
      [`+           "${account}"`],
    ],
  ])('%s', (_, there, wanted, expected) => {
    expect(difference(there, wanted).filter((line) => /^[-+]/.test(line))).toEqual(expected);
  });

  test('versions', () => {
    const none = { Statement: [read] };
    const [first, second] = [
      { Version: '2008-10-17', ...none },
      { Version: '2012-10-17', ...none },
    ];
    const changed = (before: PolicyDocument, after: PolicyDocument) =>
      difference(before, after).filter((line) => /^[-+]/.test(line));
    expect(changed(none, second)).toEqual(['+   "Version": "2012-10-17",']);
    expect(changed(first, second)).toEqual(['-   "Version": "2008-10-17",', '+   "Version": "2012-10-17",']);
    expect(changed(none, { ...first, Statement: [read, deny] })).not.toContain('+   "Version": "2008-10-17",');
    expect(changed(first, { Statement: [read, deny] })).not.toContain('-   "Version": "2008-10-17",');
  });
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
    '          "AWS": [',
    `            "${root}",`,
    `+           "${other}"`,
    '          ]',
    '        },',
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
