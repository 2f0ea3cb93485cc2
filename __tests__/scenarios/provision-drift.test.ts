import type { Account } from '../../sandbox/accounts/account';
import { list, type PolicyDocument } from '../../sandbox/policy/document';
import { allow } from '../sandbox/sts-client';
import {
  DEPLOY,
  DEPLOY_POLICY,
  DeclaredAccount,
  FIRST,
  LIMITS,
  POWER_USER,
  READS,
  READ_ONLY,
  SECRET_KEY,
  arn,
  found,
} from './declared-account';
import { OWNED, expectCalls, snapshot } from './identities';
import { ISSUER, textOf } from './scenario';

let declared: DeclaredAccount;
beforeEach(async () => (declared = await DeclaredAccount.start()));
afterEach(() => declared.scenario.end());

const inline = (document: PolicyDocument) => ({ text: JSON.stringify(document), document });
const ci = ({ users }: Account) => found(users.get('ci'));
const deployer = ({ roles }: Account) => found(roles.get('deployer'));
const github = ({ oidcProviders }: Account) => found(oidcProviders.get(ISSUER));
const policy = ({ managedPolicies }: Account, policyArn = DEPLOY) => found(managedPolicies.get(policyArn));

/** All that IAM keeps, of policies only what they say now. */
function meant(account: Account) {
  const { policies, ...rest } = snapshot(account);
  return {
    ...rest,
    policies: policies.map(({ versions, defaultVersion, ...kept }) => ({
      ...kept,
      text: versions.find(({ id }) => id === defaultVersion)?.text,
    })),
  };
}

test.each<[what: string, drift: (account: Account) => void, calls: string[], reported: string]>([
  [
    'a policy edited by hand',
    (account) => {
      edit(account, DEPLOY, allow('*'));
    },
    ['CreatePolicyVersion'],
    '~ change  policy         deploy',
  ],
  ['a policy without its tags', (account) => (policy(account).tags = OWNED), ['TagPolicy'], '+ tag team = platform'],
  [
    'a user with a tag that is wrong, and one too many',
    (account) => (ci(account).tags = { ...ci(account).tags, team: 'other', owner: 'mona' }),
    ['UntagUser', 'TagUser'],
    '~ tag team = other → platform',
  ],
  [
    'an extra tag of a role',
    (account) => (deployer(account).tags = { ...deployer(account).tags, owner: 'mona' }),
    ['UntagRole'],
    '- tag owner = mona',
  ],
  [
    'an extra policy attached to a user',
    (account) => ci(account).attachedPolicies.add(POWER_USER),
    ['DetachUserPolicy'],
    `- policy ${POWER_USER}`,
  ],
  [
    'a policy of a user that is detached',
    (account) => ci(account).attachedPolicies.delete(READ_ONLY),
    ['AttachUserPolicy'],
    `+ policy ${READ_ONLY}`,
  ],
  [
    'another policy attached to a role in place of the declared one',
    (account) => {
      deployer(account).attachedPolicies.delete(DEPLOY);
      deployer(account).attachedPolicies.add(POWER_USER);
    },
    ['DetachRolePolicy', 'AttachRolePolicy'],
    `- policy ${POWER_USER}`,
  ],
  [
    'an extra inline policy of a user',
    (account) => ci(account).inlinePolicies.set('all', inline(allow('*'))),
    ['DeleteUserPolicy'],
    '- inline policy all',
  ],
  [
    'a changed inline policy of a user',
    (account) => ci(account).inlinePolicies.set('logs', inline(allow('*'))),
    ['PutUserPolicy'],
    '~ inline policy logs',
  ],
  [
    'an extra inline policy of a role, and one that is gone',
    (account) => {
      deployer(account).inlinePolicies.clear();
      deployer(account).inlinePolicies.set('all', inline(allow('*')));
    },
    ['DeleteRolePolicy', 'PutRolePolicy'],
    '- inline policy all',
  ],
  [
    'a boundary that is gone',
    (account) => (ci(account).permissionsBoundary = undefined),
    ['PutUserPermissionsBoundary'],
    `~ permissions boundary none → ${LIMITS}`,
  ],
  [
    'another boundary',
    (account) => (ci(account).permissionsBoundary = POWER_USER),
    ['PutUserPermissionsBoundary'],
    `~ permissions boundary ${POWER_USER} → ${LIMITS}`,
  ],
  [
    'a boundary too many',
    (account) => (deployer(account).permissionsBoundary = POWER_USER),
    ['DeleteRolePermissionsBoundary'],
    `~ permissions boundary ${POWER_USER} → none`,
  ],
  [
    'a user that lost its boundary and got more rights: the boundary is there again first',
    (account) => {
      ci(account).permissionsBoundary = undefined;
      ci(account).attachedPolicies.delete(DEPLOY);
    },
    ['PutUserPermissionsBoundary', 'AttachUserPolicy'],
    `+ policy ${DEPLOY}`,
  ],
  [
    'a role that trusts somebody else',
    (account) => {
      const trust = { Effect: 'Allow', Principal: { AWS: arn('root') }, Action: 'sts:AssumeRole' } as const;
      deployer(account).trust = { Version: '2012-10-17', Statement: trust };
    },
    ['UpdateAssumeRolePolicy'],
    '~ trust policy',
  ],
  [
    'a role with another longest session and another description',
    (account) => Object.assign(deployer(account), { maxSessionDuration: 43_200, description: 'Deploys all' }),
    ['UpdateRole'],
    '~ longest session 12h → 4h',
  ],
  [
    'a role without its description',
    (account) => (deployer(account).description = undefined),
    ['UpdateRole'],
    '~ description "" → "Deploys"',
  ],
  [
    'an audience that is gone',
    (account) => (github(account).clientIds = []),
    ['AddClientIDToOpenIDConnectProvider'],
    '+ audience sts.amazonaws.com',
  ],
  [
    'an audience too many',
    (account) => (github(account).clientIds = ['sts.amazonaws.com', 'other']),
    ['RemoveClientIDFromOpenIDConnectProvider'],
    '- audience other',
  ],
  [
    'a tag of the OIDC provider',
    (account) => (github(account).tags = { ...OWNED, owner: 'mona' }),
    ['UntagOpenIDConnectProvider'],
    '- tag owner = mona',
  ],
  [
    'a role that was deleted',
    (account) => account.roles.delete('deployer'),
    ['CreateRole', 'AttachRolePolicy', 'PutRolePolicy'],
    '+ create  role           deployer',
  ],
])('%s is put right, and said', async (what, drift, calls, reported) => {
  const account = await declared.applied();
  const before = meant(account);
  drift(account);
  const main = await declared.provision();
  expect(main).toMatchObject({ exitCode: 0, stderr: '' });
  expect(main.outputs.changed).toBe('true');
  expect(textOf(main)).toContain(reported);
  const [first, ...others] = declared.writes();
  expect([first, ...others.sort()]).toEqual(calls);
  if (what.endsWith('deleted')) expect(account.roles.get('deployer')?.tags).toEqual({ ...OWNED, team: 'platform' });
  else expect(meant(account)).toEqual(before);
});

test.each<[what: string, rewrite: (account: Account) => void]>([
  [
    'white space, and the order of elements and actions in a policy',
    (account) => {
      const [stacks, files] = DEPLOY_POLICY.Statement;
      const document = {
        Statement: [
          { Resource: [files.Resource], Action: [files.Action], Effect: files.Effect, Sid: files.Sid },
          { ...stacks, Action: [...stacks.Action].reverse(), Resource: ['*'] },
        ],
        Version: '2012-10-17',
      };
      edit(account, DEPLOY, document, JSON.stringify(document, undefined, 4));
    },
  ],
  [
    'the case of actions',
    (account) => {
      const { text } = policy(account).defaultVersion;
      const other = text.replaceAll('cloudformation:CreateStack', 'CloudFormation:createstack');
      edit(account, DEPLOY, JSON.parse(other) as PolicyDocument, other);
    },
  ],
  [
    'white space in an inline policy',
    (account) => {
      const { document } = found(ci(account).inlinePolicies.get('logs'));
      ci(account).inlinePolicies.set('logs', { document, text: JSON.stringify(document, undefined, '\t') });
    },
  ],
  [
    'the order of statements in a trust policy',
    (account) => {
      const { Version, Statement } = deployer(account).trust;
      deployer(account).trust = { Statement: [...list(Statement)].reverse(), ...(Version && { Version }) };
    },
  ],
  [
    'the order of tags',
    (account) => (ci(account).tags = Object.fromEntries(Object.entries(ci(account).tags).reverse())),
  ],
  [
    'a tag that AWS set',
    (account) => (ci(account).tags = { ...ci(account).tags, 'aws:cloudformation:stack-name': 'x' }),
  ],
])('%s make no difference', async (_, rewrite) => {
  const account = await declared.applied();
  rewrite(account);
  const before = snapshot(account);
  const main = await declared.provision();
  expect(main.exitCode).toBe(0);
  expect(main.outputs.changed).toBe('false');
  expectCalls(declared.scenario, [FIRST, SECRET_KEY, READS]);
  expect(snapshot(account)).toEqual(before);
});

test.each([
  ['v5', 'v1', ['v2', 'v3', 'v4', 'v5', 'v6']],
  ['v1', 'v2', ['v1', 'v3', 'v4', 'v5', 'v6']],
])('of five versions, with %s the default one, the oldest other goes: %s', async (current, gone, left) => {
  const account = await declared.applied();
  for (let made = 1; made < 5; made += 1) edit(account, DEPLOY, allow(`s3:Get${made}`));
  const deploy = policy(account);
  const first = found(deploy.versions.get('v1'));
  deploy.versions.set('v1', Object.assign(first, inline(allow('s3:GetObject'))));
  deploy.defaultVersion = found(deploy.versions.get(current));
  const main = await declared.provision();
  expect(main.exitCode).toBe(0);
  expect(declared.writes()).toEqual(['DeletePolicyVersion', 'CreatePolicyVersion']);
  expect([...deploy.versions.keys()]).toEqual(left);
  expect(deploy.defaultVersion.id).toBe('v6');
  expect(deploy.defaultVersion.document).toEqual(DEPLOY_POLICY);
  expect(textOf(main)).toContain(`- version ${gone}, the oldest of 5`);
});

/** Edits a managed policy as the console does: a new version, which is the default. */
function edit(account: Account, policyArn: string, document: PolicyDocument, text = JSON.stringify(document)): void {
  const edited = policy(account, policyArn);
  edited.defaultVersion = edited.addVersion({ text, document }, account.settings.clock.now());
}
