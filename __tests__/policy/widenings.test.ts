import type { PolicyDocument, Statement } from '../../src/policy/policy-document';
import { broadGrants, widenings } from '../../src/policy/widenings';

const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (Action: unknown, Resource: unknown = '*', Condition?: object): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const deny = (Action: unknown, Resource: unknown = '*', Condition?: object): Statement => ({
  ...allow(Action, Resource, Condition),
  Effect: 'Deny',
});
const trust = (Principal: unknown, Condition?: object, Action: unknown = 'sts:AssumeRole'): Statement => ({
  Effect: 'Allow',
  Principal,
  Action,
  ...(Condition && { Condition }),
});

const ROOT = 'arn:aws:iam::123456789012:root';
const CI = 'arn:aws:iam::123456789012:user/machine/ci';
const ROLE = 'arn:aws:iam::111122223333:role/deploy';
const BUCKET = 'arn:aws:s3:::builds';
const SUB = 'token.actions.githubusercontent.com:sub';
const GITHUB = { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' };
const MAIN = 'repo:octo/app:ref:refs/heads/main';

const BY_VERSION = ': with another Version, variables mean something else';
const ofPaths = (path: string) => ({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': path } });

const ofOrganization = { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } };

type Case = readonly [
  what: string,
  before: readonly Statement[],
  after: readonly Statement[],
  found: readonly string[],
];

const found = (before: readonly Statement[], after: readonly Statement[]) =>
  widenings([policy(...before)], [policy(...after)]);

describe('who is trusted', () => {
  test.each<Case>([
    ['the same', [trust({ AWS: CI })], [trust({ AWS: [CI] })], []],
    ['an account written in another way', [trust({ AWS: '123456789012' })], [trust({ AWS: ROOT })], []],
    ['one of two', [trust({ AWS: [CI, ROLE] })], [trust({ AWS: ROLE })], []],
    ['the same in two statements', [trust({ AWS: [CI, ROLE] })], [trust({ AWS: ROLE }), trust({ AWS: CI })], []],
    ['one more in a list', [trust({ AWS: CI })], [trust({ AWS: [CI, ROLE] })], [`trusts ${ROLE}`]],
    ['one more in a statement', [trust({ AWS: CI })], [trust({ AWS: CI }), trust({ AWS: ROLE })], [`trusts ${ROLE}`]],
    ['the account of a user, as it is written', [trust({ AWS: CI })], [trust({ AWS: ROOT })], [`trusts ${ROOT}`]],
    ['a user of the account', [trust({ AWS: ROOT })], [trust({ AWS: CI })], [`trusts ${CI}`]],
    ['everyone', [trust({ AWS: CI })], [trust('*')], ['trusts everyone']],
    ['everyone, written in another way', [trust('*')], [trust({ AWS: ['*'] })], []],
    ['one of everyone', [trust('*')], [trust({ AWS: CI }), trust({ Service: 'ec2.amazonaws.com' })], []],
    ['a service', [trust({ AWS: CI })], [trust({ Service: 'ec2.amazonaws.com' })], ['trusts ec2.amazonaws.com']],
    [
      'a service with the name of an account',
      [trust({ AWS: 'ec2.amazonaws.com' })],
      [trust({ Service: 'ec2.amazonaws.com' })],
      ['trusts ec2.amazonaws.com'],
    ],
    [
      'all but one',
      [trust({ AWS: CI })],
      [{ Effect: 'Allow', NotPrincipal: { AWS: CI }, Action: 'sts:AssumeRole' }],
      [`trusts everyone but ${CI}`],
    ],
    [
      'everyone under a condition that stays',
      [trust({ AWS: CI }, ofOrganization)],
      [trust('*', ofOrganization)],
      ['trusts everyone under the condition StringEquals aws:PrincipalOrgID o-a1b2c3d4e5'],
    ],
    [
      'somebody under a condition that stays',
      [trust({ AWS: CI }, ofOrganization)],
      [trust({ AWS: [CI, ROLE] }, ofOrganization)],
      [`trusts ${ROLE}`],
    ],
    [
      'one more action',
      [trust({ AWS: CI })],
      [trust({ AWS: CI }, undefined, ['sts:AssumeRole', 'sts:TagSession'])],
      ['allows sts:TagSession'],
    ],
    [
      'one more principal and one more action',
      [trust({ AWS: CI })],
      [trust({ AWS: [CI, ROLE] }, undefined, ['sts:AssumeRole', 'sts:TagSession'])],
      [`trusts ${ROLE}`, 'allows sts:TagSession'],
    ],
    ['nobody any more', [trust({ AWS: CI })], [], []],
    ['somebody at last', [], [trust({ AWS: CI })], [`trusts ${CI}`]],
    [
      'a deny of one that goes',
      [trust('*'), { ...trust({ AWS: CI }), Effect: 'Deny' }],
      [trust('*')],
      [`no longer denies all of sts:AssumeRole to ${CI}`],
    ],
    [
      'a deny of all but one that names one more',
      [{ Effect: 'Deny', NotPrincipal: { AWS: CI }, Action: 'sts:AssumeRole' }],
      [{ Effect: 'Deny', NotPrincipal: { AWS: [CI, ROLE] }, Action: 'sts:AssumeRole' }],
      [`no longer denies all of sts:AssumeRole to ${ROLE}`],
    ],
    [
      'a deny of all but two that names one',
      [{ Effect: 'Deny', NotPrincipal: { AWS: [CI, ROLE] }, Action: 'sts:AssumeRole' }],
      [{ Effect: 'Deny', NotPrincipal: { AWS: CI }, Action: 'sts:AssumeRole' }],
      [],
    ],
  ])('%s', (_, before, after, phrases) => {
    expect(found(before, after)).toEqual(phrases);
  });
});

describe('what is allowed', () => {
  test.each<Case>([
    ['the same in another case', [allow('s3:GetObject')], [allow('S3:getobject')], []],
    ['part of a pattern', [allow('s3:*')], [allow(['s3:Get*', 's3:ListBucket'])], []],
    ['part of a pattern with ?', [allow('s3:Get?bject')], [allow('s3:GetObject')], []],
    ['a pattern for a name', [allow('s3:GetObject')], [allow('s3:Get*')], ['allows s3:Get* on everything']],
    ['* where ? was', [allow('s3:Get?')], [allow('s3:Get*')], ['allows s3:Get* on everything']],
    ['everything', [allow('s3:*')], [allow('*')], ['allows every action on everything']],
    ['everything, which it did before', [allow('*')], [allow('**')], []],
    ['everything, which it did in another way', [allow(['?*:*', 's3:*'])], [allow('*')], []],
    ['everything, in another way', [allow('s3:*')], [allow('*:*')], ['allows every action on everything']],
    ['much of every service', [allow('*')], [allow('*:Get*')], []],
    ['one action more', [allow('s3:*')], [allow(['s3:*', 'iam:PassRole'])], ['allows iam:PassRole on everything']],
    ['one resource', [allow('s3:*')], [allow('s3:*', BUCKET)], []],
    ['every resource', [allow('s3:*', BUCKET)], [allow('s3:*')], ['allows s3:* on everything']],
    [
      'one resource more',
      [allow('s3:*', `${BUCKET}/*`)],
      [allow('s3:*', [BUCKET, `${BUCKET}/a`])],
      [`allows s3:* on ${BUCKET}`],
    ],
    [
      'actions and resources that were allowed, but not together',
      [allow('s3:GetObject'), allow('s3:PutObject', BUCKET)],
      [allow(['s3:GetObject', 's3:PutObject'])],
      ['allows s3:GetObject, s3:PutObject on everything'],
    ],
    [
      'the same in one statement of two',
      [allow('s3:GetObject'), allow('s3:PutObject')],
      [allow(['s3:GetObject', 's3:PutObject'], [BUCKET, '*'])],
      [],
    ],
    [
      'all but what is named',
      [allow('s3:*')],
      [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
      ['allows every action but iam:* on everything'],
    ],
    [
      'what is not among what is omitted',
      [{ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' }],
      [allow(['s3:*', 'ec2:?un*'])],
      [],
    ],
    [
      'what may be among what is omitted',
      [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
      [allow('i*:GetUser')],
      ['allows i*:GetUser on everything'],
    ],
    [
      'a character that may be among what is omitted',
      [{ Effect: 'Allow', Action: 's3:*', NotResource: `${BUCKET}/\u{1F511}*` }],
      [allow('s3:*', `${BUCKET}/?`)],
      [`allows s3:* on ${BUCKET}/?`],
    ],
    [
      'less that is omitted',
      [{ Effect: 'Allow', NotAction: ['iam:*', 'STS:*'], Resource: '*' }],
      [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
      ['allows STS:* on everything'],
    ],
    [
      'more that is omitted',
      [{ Effect: 'Allow', NotAction: 'iam:Get*', Resource: '*' }],
      [{ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' }],
      [],
    ],
    [
      'all resources but one',
      [allow('s3:*', BUCKET)],
      [{ Effect: 'Allow', Action: 's3:*', NotResource: BUCKET }],
      [`allows s3:* on everything but ${BUCKET}`],
    ],
    [
      'a resource that a variable of those omitted may stand for',
      [{ Effect: 'Allow', Action: 's3:*', NotResource: `${BUCKET}/\${aws:username}` }],
      [allow('s3:*', `${BUCKET}/mona`)],
      [`allows s3:* on ${BUCKET}/mona`],
    ],
    [
      'what a variable stands for, in place of it',
      [allow('s3:*', `${BUCKET}/\${aws:username}`)],
      [allow('s3:*', `${BUCKET}/mona`)],
      [`allows s3:* on ${BUCKET}/mona`],
    ],
    [
      'a variable where single characters were',
      [allow('s3:*', `${BUCKET}/${'?'.repeat(15)}`)],
      [allow('s3:*', `${BUCKET}/\${aws:username}`)],
      [`allows s3:* on ${BUCKET}/\${aws:username}`],
    ],
    [
      'a variable where the character * was',
      [allow('s3:*', `${BUCKET}/\${*}`)],
      [allow('s3:*', `${BUCKET}/\${aws:username}`)],
      [`allows s3:* on ${BUCKET}/\${aws:username}`],
    ],
    [
      'a variable, and the character *, where any text was',
      [allow('s3:*', `${BUCKET}/*`)],
      [allow('s3:*', [`${BUCKET}/\${aws:username}`, `${BUCKET}/\${*}`])],
      [],
    ],
    ['a statement that goes', [allow('s3:*'), allow('ec2:*')], [allow('ec2:*')], []],
    ['an ID that changes', [{ ...allow('s3:*'), Sid: 'A' }], [{ ...allow('s3:*'), Sid: 'B' }], []],
    [
      'many names',
      [],
      [allow(['a:A', 'a:B', 'a:C', 'a:D', 'a:E', 'a:F'])],
      ['allows a:A, a:B, a:C, a:D, a:E and 1 more on everything'],
    ],
  ])('%s', (_, before, after, phrases) => {
    expect(found(before, after)).toEqual(phrases);
  });

  test('by which of several policies does not count', () => {
    const [one, two] = [policy(allow('s3:*')), policy(allow('ec2:*'))];
    expect(widenings([one, two], [policy(allow(['ec2:*', 's3:GetObject']))])).toEqual([]);
    expect(widenings([one], [one, two])).toEqual(['allows ec2:* on everything']);
    expect(widenings([one], [])).toEqual([]);
  });

  test('counts as wider where what was there cannot be read', () => {
    expect(widenings([{}], [policy(allow('s3:*'))])).toEqual(['allows s3:* on everything']);
  });

  test('a variable is a text in a policy of 2008', () => {
    const statement = deny('s3:*', `${BUCKET}/\${aws:username}`);
    const old = { Version: '2008-10-17', Statement: statement };
    const said = `no longer denies all of s3:* on ${BUCKET}/\${aws:username}`;
    expect(widenings([policy(statement)], [old])).toEqual([`${said}${BY_VERSION}`]);
    expect(widenings([old], [{ Statement: [statement] }])).toEqual([]);
  });

  test.each<[what: string, statement: Statement, said: string]>([
    [
      'a condition',
      allow('s3:*', '*', { StringEquals: { 'aws:userid': '${aws:username}' } }),
      'loosens the condition StringEquals aws:userid ${aws:username}',
    ],
    ['a resource', allow('s3:*', `${BUCKET}/\${aws:username}`), `allows s3:* on ${BUCKET}/\${aws:username}`],
    [
      'a condition of what is denied',
      deny('s3:*', '*', { StringEquals: { 'aws:userid': '${aws:username}' } }),
      'denies s3:* on everything only under the condition StringEquals aws:userid ${aws:username}',
    ],
  ])('%s that is written as before says that the Version is why', (_, statement, said) => {
    const [old, now] = [{ Version: '2008-10-17', Statement: statement }, policy(statement)];
    expect(widenings([old], [now])).toEqual([`${said}${BY_VERSION}`]);
    expect(widenings([now], [old])).toEqual([`${said}${BY_VERSION}`]);
  });
});

describe('what is denied', () => {
  test.each<Case>([
    ['the same', [allow('*'), deny('iam:*')], [allow('*'), deny(['IAM:*'])], []],
    ['more', [deny('iam:*')], [deny(['iam:*', 'sts:*'])], []],
    ['nothing any more', [allow('*'), deny('iam:*')], [allow('*')], ['no longer denies all of iam:* on everything']],
    ['less', [deny(['iam:*', 'sts:*'])], [deny('iam:*')], ['no longer denies all of sts:* on everything']],
    ['on less', [deny('s3:*')], [deny('s3:*', BUCKET)], ['no longer denies all of s3:* on everything']],
    [
      'all but more',
      [{ ...deny('x'), Action: undefined, NotAction: 'iam:Get*' }],
      [{ ...deny('x'), Action: undefined, NotAction: ['iam:Get*', 's3:*'] }],
      ['no longer denies all of s3:* on everything'],
    ],
    [
      'all but more, in part',
      [{ ...deny('x'), Action: undefined, NotAction: 'iam:Get*' }],
      [{ ...deny('x'), Action: undefined, NotAction: ['iam:*', 'S3:*'] }],
      ['no longer denies all of every action but iam:Get* on everything'],
    ],
    [
      'all but more, of which another statement denies some',
      [{ ...deny('x'), Action: undefined, NotAction: 'iam:*' }],
      [{ ...deny('x'), Action: undefined, NotAction: ['iam:*', 'S3:*', 'sts:*'] }, deny('sts:*')],
      ['no longer denies all of S3:* on everything'],
    ],
    [
      'all but more, of which another statement denies some on less',
      [{ ...deny('x'), Action: undefined, NotAction: 'iam:*' }],
      [{ ...deny('x'), Action: undefined, NotAction: ['iam:*', 's3:*', 'sts:*'] }, deny('s3:*', BUCKET)],
      ['no longer denies all of sts:* on everything', 'no longer denies all of s3:* on everything'],
    ],
    [
      'all but some, where all was',
      [deny('*')],
      [{ ...deny('x'), Action: undefined, NotAction: 's3:*' }],
      ['no longer denies all of s3:* on everything'],
    ],
    [
      'all but more, and only under a condition',
      [{ ...deny('x'), Action: undefined, NotAction: 'iam:*' }],
      [
        {
          ...deny('x', '*', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
          Action: undefined,
          NotAction: ['iam:*', 's3:*'],
        },
      ],
      [
        'denies every action but iam:* on everything only under the condition Bool aws:MultiFactorAuthPresent false',
        'no longer denies all of s3:* on everything',
      ],
    ],
    [
      'all resources but more',
      [{ ...deny('s3:*'), Resource: undefined, NotResource: BUCKET }],
      [{ ...deny('s3:*'), Resource: undefined, NotResource: [BUCKET, `${BUCKET}/*`] }],
      [`no longer denies all of s3:* on ${BUCKET}/*`],
    ],
    [
      'only under a condition',
      [deny('iam:*')],
      [deny('iam:*', '*', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })],
      ['denies iam:* on everything only under the condition Bool aws:MultiFactorAuthPresent false'],
    ],
    [
      'whatever the condition',
      [deny('iam:*', '*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })],
      [deny('iam:*')],
      [],
    ],
    [
      'not without the key any more',
      [deny('iam:*', '*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': false } })],
      [deny('iam:*', '*', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })],
      ['denies iam:* on everything only under the condition Bool aws:MultiFactorAuthPresent false'],
    ],
  ])('%s', (_, before, after, phrases) => {
    expect(found(before, after)).toEqual(phrases);
  });
});

describe('under which condition', () => {
  test.each<[what: string, before: object | undefined, after: object | undefined, phrases: readonly string[]]>([
    [
      'the same in another case',
      { StringEquals: { [SUB]: MAIN } },
      { stringequals: { [SUB.toUpperCase()]: [MAIN] } },
      [],
    ],
    ['one that comes', undefined, { StringEquals: { [SUB]: MAIN } }, []],
    [
      'one that goes',
      { StringEquals: { [SUB]: MAIN } },
      undefined,
      [`drops the condition StringEquals ${SUB} ${MAIN}`],
    ],
    [
      'a principal that goes',
      { ArnEquals: { 'aws:PrincipalArn': CI }, Bool: { 'aws:MultiFactorAuthPresent': true } },
      { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      [`drops the condition ArnEquals aws:PrincipalArn ${CI}`],
    ],
    [
      'a value more',
      { StringEquals: { [SUB]: MAIN } },
      { StringEquals: { [SUB]: [MAIN, 'b'] } },
      [`loosens the condition StringEquals ${SUB}: newly accepts b`],
    ],
    [
      'other values, of which one stays',
      { StringEquals: { [SUB]: ['a', MAIN] } },
      { StringLike: { [SUB]: [MAIN, 'b', 'c*'] } },
      [`loosens the condition StringEquals ${SUB} to StringLike: newly accepts b, c*`],
    ],
    [
      'a text that becomes a pattern',
      { StringEquals: { [SUB]: ['a*', 'b'] } },
      { StringLike: { [SUB]: ['a*', 'b', 'c'] } },
      [`loosens the condition StringEquals ${SUB} to StringLike: newly accepts a*, c`],
    ],
    ['a value less', { StringEquals: { [SUB]: [MAIN, 'b'] } }, { StringEquals: { [SUB]: 'b' } }, []],
    ['like for equals', { StringEquals: { [SUB]: MAIN } }, { StringLike: { [SUB]: MAIN } }, []],
    [
      'a pattern for a text',
      { StringEquals: { [SUB]: MAIN } },
      { StringLike: { [SUB]: 'repo:octo/app:*' } },
      [`loosens the condition StringEquals ${SUB} ${MAIN} to StringLike ${SUB} repo:octo/app:*`],
    ],
    ['a text of a pattern', { StringLike: { [SUB]: 'repo:octo/app:*' } }, { StringEquals: { [SUB]: MAIN } }, []],
    ['a narrower pattern', { StringLike: { [SUB]: 'repo:octo/*' } }, { StringLike: { [SUB]: 'repo:octo/app:*' } }, []],
    [
      'true in another case',
      { Bool: { 'aws:SecureTransport': 'true' } },
      { Bool: { 'aws:SecureTransport': 'True' } },
      [],
    ],
    [
      'false for true',
      { Bool: { 'aws:SecureTransport': true } },
      { Bool: { 'aws:SecureTransport': false } },
      ['loosens the condition Bool aws:SecureTransport true to Bool aws:SecureTransport false'],
    ],
    [
      'any case for one',
      { StringEquals: { [SUB]: MAIN } },
      { StringEqualsIgnoreCase: { [SUB]: MAIN } },
      [`loosens the condition StringEquals ${SUB} ${MAIN} to StringEqualsIgnoreCase`],
    ],
    [
      'one case for any',
      { StringEqualsIgnoreCase: { [SUB]: MAIN.toUpperCase() } },
      { StringEquals: { [SUB]: MAIN } },
      [],
    ],
    ['IfExists that goes', { StringEqualsIfExists: { [SUB]: MAIN } }, { StringEquals: { [SUB]: MAIN } }, []],
    [
      'IfExists that comes',
      { StringEquals: { [SUB]: MAIN } },
      { StringEqualsIfExists: { [SUB]: MAIN } },
      [`loosens the condition StringEquals ${SUB} ${MAIN} to StringEqualsIfExists`],
    ],
    [
      'all values for any value',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } },
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
      ['loosens the condition ForAnyValue:StringEquals aws:TagKeys a to ForAllValues:StringEquals'],
    ],
    [
      'ARNs compared by the other of two names',
      { ArnLike: { 'aws:SourceArn': `${BUCKET}*` } },
      { ArnEquals: { 'aws:SourceArn': BUCKET } },
      [],
    ],
    [
      'ARNs of one account for those of all',
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } },
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/*:a' } },
      [],
    ],
    [
      'ARNs whose parts are others',
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x' } },
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::1:*:role/x' } },
      [
        'loosens the condition ArnLike aws:PrincipalArn arn:aws:iam::*:role/x to ArnLike aws:PrincipalArn arn:aws:iam::1:*:role/x',
      ],
    ],
    ['an ARN of all', { ArnLike: { 'aws:SourceArn': '*' } }, { ArnEquals: { 'aws:SourceArn': BUCKET } }, []],
    [
      'less that is excluded',
      { StringNotEquals: { [SUB]: ['a', 'b'] } },
      { StringNotEquals: { [SUB]: 'a' } },
      [`loosens the condition StringNotEquals ${SUB}: no longer excludes b`],
    ],
    ['more that is excluded', { StringNotEquals: { [SUB]: 'a' } }, { StringNotLike: { [SUB]: ['a*', 'b'] } }, []],
    [
      'equal for not equal',
      { StringNotEquals: { [SUB]: 'a' } },
      { StringEquals: { [SUB]: 'b' } },
      [`loosens the condition StringNotEquals ${SUB} a to StringEquals ${SUB} b`],
    ],
    [
      'a smaller network',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { IpAddress: { 'aws:SourceIp': ['10.1.0.0/16', '10.2.3.4'] } },
      [],
    ],
    [
      'a larger network',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/16' } },
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      ['loosens the condition IpAddress aws:SourceIp 10.0.0.0/16 to IpAddress aws:SourceIp 10.0.0.0/8'],
    ],
    [
      'a smaller network of IPv6',
      { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } },
      { IpAddress: { 'aws:SourceIp': '2001:db8:1::/48' } },
      [],
    ],
    [
      'no network at all',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { IpAddress: { 'aws:SourceIp': 'ten' } },
      ['loosens the condition IpAddress aws:SourceIp 10.0.0.0/8 to IpAddress aws:SourceIp ten'],
    ],
    [
      'less that is let in of a network',
      { NotIpAddress: { 'aws:SourceIp': '10.1.0.0/16' } },
      { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      [],
    ],
    [
      'two halves of a network for the whole',
      { IpAddress: { 'aws:SourceIp': ['10.128.0.0/9', '10.0.0.0/9'] } },
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      [],
    ],
    [
      'parts of a network, small and large, some of them twice',
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/10', '10.0.0.0/9', '10.128.0.0/10', '10.192.0.0/10'] } },
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '10.7.0.0/16'] } },
      [],
    ],
    [
      'parts of which one is missing',
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/9', '10.128.0.0/10'] } },
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/9', '10.128.0.0/9'] } },
      ['loosens the condition IpAddress aws:SourceIp: newly accepts 10.128.0.0/9'],
    ],
    [
      'neighbours that are no halves of one network',
      { IpAddress: { 'aws:SourceIp': ['10.1.0.0/16', '10.2.0.0/16'] } },
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/14' } },
      ['loosens the condition IpAddress aws:SourceIp 10.1.0.0/16, 10.2.0.0/16 to IpAddress aws:SourceIp 10.0.0.0/14'],
    ],
    [
      'two addresses for a network of two',
      { IpAddress: { 'aws:VpcSourceIp': ['192.0.2.6', '192.0.2.7/32'] } },
      { IpAddress: { 'aws:VpcSourceIp': '192.0.2.6/31' } },
      [],
    ],
    [
      'two halves of a network of IPv6, with an address in each of its forms',
      { IpAddress: { 'aws:SourceIp': ['2001:DB8:0:0::/33', '2001:0db8:8000:0:0:0:0.0.0.0/33'] } },
      { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } },
      [],
    ],
    [
      'all of IPv4 for some of IPv6',
      { IpAddress: { 'aws:SourceIp': ['::/1', '8000::/1'] } },
      { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
      ['loosens the condition IpAddress aws:SourceIp ::/1, 8000::/1 to IpAddress aws:SourceIp 0.0.0.0/0'],
    ],
    [
      'two halves of what is excluded',
      { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/9', '10.128.0.0/9'] } },
      [],
    ],
    [
      'one half of what is excluded',
      { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/9', '10.128.0.0/9'] } },
      { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/9' } },
      ['loosens the condition NotIpAddress aws:SourceIp: no longer excludes 10.128.0.0/9'],
    ],
    [
      'a network that is named by a variable',
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/9', '${aws:PrincipalTag/net}', '10.128.0.0/9'] } },
      { IpAddress: { 'aws:SourceIp': ['${aws:PrincipalTag/net}', '10.0.0.0/8'] } },
      [],
    ],
    [
      'networks with more bits than an address has, or none',
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/33', '10.0.0.0/', '10.0.0/8', 'fe80::1%eth0'] } },
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/33', '10.0.0.0/34', 'fe80::1'] } },
      ['loosens the condition IpAddress aws:SourceIp: newly accepts 10.0.0.0/34, fe80::1'],
    ],
    [
      'a lower limit',
      { NumericLessThanEquals: { 'aws:MultiFactorAuthAge': '3600' } },
      { NumericLessThan: { 'aws:MultiFactorAuthAge': 3600 } },
      [],
    ],
    [
      'a higher limit',
      { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } },
      { NumericLessThan: { 'aws:MultiFactorAuthAge': '7200' } },
      [
        'loosens the condition NumericLessThan aws:MultiFactorAuthAge 3600 to NumericLessThan aws:MultiFactorAuthAge 7200',
      ],
    ],
    ['a number in another way', { NumericEquals: { 'aws:n': '1' } }, { NumericEquals: { 'aws:n': ['1.0', 1] } }, []],
    [
      'a number below a limit',
      { NumericLessThan: { 'aws:n': '10' } },
      { NumericEquals: { 'aws:n': ['5', '9.5'] } },
      [],
    ],
    ['a number at a limit', { NumericGreaterThanEquals: { 'aws:n': '5' } }, { NumericEquals: { 'aws:n': '5' } }, []],
    [
      'numbers of which one is not below a limit',
      { NumericLessThan: { 'aws:n': '10' } },
      { NumericEquals: { 'aws:n': ['5', '10'] } },
      ['loosens the condition NumericLessThan aws:n to NumericEquals: newly accepts 10'],
    ],
    [
      'numbers too large to compare here, and what is no number',
      { NumericEquals: { 'aws:n': ['9007199254740992', 'a', '0'] } },
      { NumericEquals: { 'aws:n': ['9007199254740993', 'a', ''] } },
      ['loosens the condition NumericEquals aws:n: newly accepts 9007199254740993, '],
    ],
    [
      'a number that is excluded, in another way',
      { NumericNotEquals: { 'aws:n': '1.50' } },
      { NumericNotEquals: { 'aws:n': '1.5' } },
      [],
    ],
    [
      'a day in another way',
      { DateEquals: { 'aws:CurrentTime': '2027-01-01' } },
      { DateEquals: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
      [],
    ],
    [
      'a time before an end',
      { DateLessThan: { 'aws:CurrentTime': '2027-01-01' } },
      { DateEquals: { 'aws:CurrentTime': '2026-12-31T23:59:59Z' } },
      [],
    ],
    [
      'a time without a zone for one with it',
      { DateEquals: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
      { DateEquals: { 'aws:CurrentTime': '2027-01-01T00:00:00' } },
      [
        'loosens the condition DateEquals aws:CurrentTime 2027-01-01T00:00:00Z to DateEquals aws:CurrentTime 2027-01-01T00:00:00',
      ],
    ],
    [
      'a later start',
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { DateGreaterThan: { 'aws:CurrentTime': '2026-02-01T00:00:00Z' } },
      [],
    ],
    [
      'a later end',
      { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { DateLessThan: { 'aws:CurrentTime': '2026-02-01T00:00:00Z' } },
      [
        'loosens the condition DateLessThan aws:CurrentTime 2026-01-01T00:00:00Z to DateLessThan aws:CurrentTime 2026-02-01T00:00:00Z',
      ],
    ],
    [
      'a later end, in seconds',
      { DateLessThan: { 'aws:CurrentTime': '2026-12-31T00:00:00Z' } },
      { DateLessThan: { 'aws:CurrentTime': '1924905600' } },
      [
        'loosens the condition DateLessThan aws:CurrentTime 2026-12-31T00:00:00Z to DateLessThan aws:CurrentTime 1924905600',
      ],
    ],
    [
      'an earlier start than one in seconds',
      { DateGreaterThan: { 'aws:CurrentTime': '1924905600' } },
      { DateGreaterThan: { 'aws:CurrentTime': '2026-12-31' } },
      [
        'loosens the condition DateGreaterThan aws:CurrentTime 1924905600 to DateGreaterThan aws:CurrentTime 2026-12-31',
      ],
    ],
    [
      'the same end, in seconds',
      { DateLessThan: { 'aws:CurrentTime': '2030-12-31T01:00+01:00' } },
      { DateLessThan: { 'aws:EpochTime': 1, 'aws:CurrentTime': 1924905600 } },
      [],
    ],
    [
      'an end that is a year or seconds',
      { DateLessThan: { 'aws:CurrentTime': '2026-12-31' } },
      { DateLessThan: { 'aws:CurrentTime': '2027' } },
      ['loosens the condition DateLessThan aws:CurrentTime 2026-12-31 to DateLessThan aws:CurrentTime 2027'],
    ],
    [
      'a start without a time zone',
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-02T00:00:00' } },
      [
        'loosens the condition DateGreaterThan aws:CurrentTime 2026-01-01T00:00:00Z to DateGreaterThan aws:CurrentTime 2026-01-02T00:00:00',
      ],
    ],
    [
      'the same year, and an earlier end',
      { DateLessThanEquals: { 'aws:CurrentTime': ['2027', '2026-12-31'] } },
      { DateLessThan: { 'aws:CurrentTime': ['2027', '2026-11'] } },
      [],
    ],
    [
      'a limit on the other side',
      { NumericLessThan: { 'aws:MultiFactorAuthAge': '9' } },
      { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '9' } },
      ['loosens the condition NumericLessThan aws:MultiFactorAuthAge 9 to NumericGreaterThan'],
    ],
    [
      'a key that must be there, by a condition on it',
      { Null: { [SUB]: 'false' } },
      { StringLike: { [SUB]: 'a*' } },
      [],
    ],
    [
      'a key that need not be there',
      { Null: { [SUB]: 'false' } },
      { StringNotLike: { [SUB]: 'a*' } },
      [`loosens the condition Null ${SUB} false to StringNotLike ${SUB} a*`],
    ],
    [
      'some values for all but some',
      { StringEquals: { [SUB]: ['a', 'b'] } },
      { StringNotEquals: { [SUB]: 'a' } },
      [`loosens the condition StringEquals ${SUB} a, b to StringNotEquals ${SUB} a`],
    ],
    [
      'an operator that nobody knows',
      { StringSomehow: { [SUB]: 'a' } },
      { StringSomehow: { [SUB]: ['a', 'b'] } },
      [`loosens the condition StringSomehow ${SUB}: newly accepts b`],
    ],
  ])('%s', (_, before, after, phrases) => {
    expect(found([trust(GITHUB, before)], [trust(GITHUB, after)])).toEqual(phrases);
    expect(found([allow('s3:*', '*', before)], [allow('s3:*', '*', after)])).toEqual(phrases);
  });

  test.each<[what: string, operator: string, key: string, values: readonly string[], isWider: boolean]>([
    ['values', 'StringEquals', SUB, ['a', 'b'], false],
    ['values, and one more', 'StringLike', SUB, ['a', 'b', 'c'], true],
    ['values of which any must be there', 'ForAnyValue:StringEquals', 'aws:TagKeys', ['a', 'b'], false],
    ['values of which all must be there', 'ForAllValues:StringEquals', 'aws:TagKeys', ['a', 'b'], true],
    ['networks', 'IpAddress', 'aws:SourceIp', ['10.0.0.0/9', '10.128.0.0/9'], false],
    ['values that are excluded', 'StringNotEquals', SUB, ['a', 'b'], false],
    ['limits', 'NumericLessThan', 'aws:MultiFactorAuthAge', ['60', '3600'], false],
  ])('two statements that become one, with their %s', (_, operator, key, values, isWider) => {
    const on = (value: unknown) => ({ Bool: { 'aws:SecureTransport': 'true' }, [operator]: { [key]: value } });
    const parts = values.slice(0, 2).map((value) => allow('s3:*', '*', on(value)));
    expect(found(parts, [allow('s3:*', '*', on(values))]).length > 0).toBe(isWider);
    const denials = parts.map((statement) => ({ ...statement, Effect: 'Deny' }));
    expect(found([deny('s3:*', '*', on(values))], denials).length > 0).toBe(isWider);
  });

  test('a condition without values may be met by a request without the key', () => {
    const [before, after] = [{ StringEquals: { [SUB]: 'a' } }, { StringEqualsIfExists: { 'aws:userid': [] } }];
    expect(found([allow('s3:*', '*', before)], [allow('s3:*', '*', after)])).toEqual([
      `drops the condition StringEquals ${SUB} a`,
    ]);
  });

  test('one of two statements without it is enough', () => {
    const [limited, free] = [allow('s3:*', '*', { StringEquals: { [SUB]: MAIN } }), allow('s3:GetObject')];
    expect(found([limited], [limited, free])).toEqual([`drops the condition StringEquals ${SUB} ${MAIN}`]);
    expect(found([limited, free], [free])).toEqual([]);
  });
});

test.each<[what: string, statements: readonly Statement[], phrases: readonly string[]]>([
  ['some actions', [allow(['s3:*', 'iam:PassRole'])], []],
  ['every action', [allow('*', BUCKET)], [`allows every action on ${BUCKET}`]],
  ['every action, in another way', [allow('?*:*')], ['allows every action on everything']],
  ['actions of any service', [allow(['s3:*', '*:Get*', '?3:*'])], ['allows *:Get*, ?3:* on everything']],
  [
    'all actions but some',
    [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    ['allows every action but iam:* on everything'],
  ],
  ['all denied', [deny('*')], []],
  ['somebody', [trust({ AWS: CI })], []],
  ['everyone', [trust('*')], ['trusts everyone']],
  [
    'everyone of an organization',
    [trust({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } })],
    [],
  ],
  ['everyone of an account', [trust('*', { StringEquals: { 'AWS:PrincipalAccount': '123456789012' } })], []],
  [
    'everyone with a role of an account',
    [trust('*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/*' } })],
    [],
  ],
  [
    'everyone in a network',
    [trust('*', { Bool: { 'aws:SecureTransport': 'true' }, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })],
    [],
  ],
  ['everyone in a network of IPv6', [trust('*', { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } })], []],
  ['everyone in a VPC', [trust('*', { StringEqualsIgnoreCase: { 'aws:SourceVpc': 'vpc-0a1b2c3d' } })], []],
  ['everyone with a session of a role', [trust('*', { StringLike: { 'aws:userid': 'AROAEXAMPLEID:*' } })], []],
  ['everyone of an organization, by its paths', [trust('*', ofPaths('o-a1b2c3d4e5/*'))], []],
  [
    'all but somebody',
    [{ Effect: 'Allow', NotPrincipal: { AWS: CI }, Action: 'sts:AssumeRole' }],
    [`trusts everyone but ${CI}`],
  ],
])('a new policy that allows %s', (_, statements, phrases) => {
  expect(broadGrants([policy(...statements)])).toEqual(phrases);
});

test.each([
  ['Bool', 'aws:SecureTransport', 'true'],
  ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/deploy'],
  ['ArnEquals', 'aws:PrincipalArn', 'arn:*:role/x'],
  ['StringLike', 'aws:PrincipalArn', 'a*'],
  // A path may have colons: arn:aws:iam::111122223333:role/x:iam::123456789012:role/deploy.
  ['StringLike', 'aws:PrincipalArn', 'arn:aws:iam::*:iam::123456789012:role/deploy'],
  ['StringLike', 'aws:PrincipalOrgID', '*'],
  ['StringLike', 'aws:PrincipalOrgID', ['o-a1b2c3d4e5', 'o-*']],
  ['StringLike', 'aws:PrincipalOrgID', 'o-a1b2c3d4e?'],
  ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-*/r-ab12/*'],
  ['StringLike', 'aws:PrincipalAccount', '1*'],
  ['StringEquals', 'aws:PrincipalAccount', '${aws:PrincipalAccount}'],
  ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::${aws:PrincipalAccount}:role/deploy'],
  ['NumericGreaterThan', 'aws:PrincipalAccount', '1'],
  ['StringLike', 'aws:userid', 'A*'],
  ['StringLike', 'aws:SourceVpc', 'vpc-*'],
  ['StringLike', 'aws:SourceArn', 'arn:aws:s3:::b*'],
  ['StringNotEquals', 'aws:PrincipalAccount', '111122223333'],
  ['StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
  ['IpAddress', 'aws:SourceIp', '0.0.0.0/0'],
  ['IpAddress', 'aws:SourceIp', '0.0.0.0/1'],
  ['IpAddress', 'aws:SourceIp', ['192.0.2.0/24', '10.0.0.0/7']],
  ['IpAddress', 'aws:SourceIp', '2001:db8::/0'],
  ['IpAddress', 'aws:SourceIp', '2001:db8::/31'],
  // Every VPC may have these addresses.
  ['IpAddress', 'aws:VpcSourceIp', '10.0.0.0/16'],
  ['IpAddress', 'aws:SourceIp', ['0.0.0.0/1', '128.0.0.0/1']],
  ['StringEquals', 'aws:PrincipalTag/team', 'octo'],
])('a new policy that trusts everyone under %s %s %s', (operator, key, value) => {
  expect(broadGrants([policy(trust('*', { [operator]: { [key]: value } }))])).toEqual([
    `trusts everyone under the condition ${operator} ${key} ${[value].flat().join(', ')}`,
  ]);
});
