import { iamArn } from '../../aws/arn';
import type { Iam } from '../../iam/connect';
import { tagList, tagsIn } from '../../iam/tags';
import type { DeclaredPolicy, DeclaredRole } from '../../identities/declaration';
import { difference } from '../../policy/difference';
import { sameMeaning } from '../../policy/meaning';
import { parsePolicyText, policyText, type PolicyDocument } from '../../policy/policy-document';
import { trustPolicy } from '../../policy/trust-policy';
import { trustWidenings } from '../../policy/trust-widenings';
import { broadGrants, widenings } from '../../policy/widenings';
import { writeDuration } from '../../text/duration';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import {
  indented,
  NO_DIFFERENCE,
  removalOf,
  type Change,
  type Difference,
  type Planned,
  type PlannedCall,
} from '../changes/change';
import { readEphemeralOf } from '../ephemeral';
import { identityCalls, planIdentity, policyRemoval, readWithPolicies, type ExistingIdentity } from './identity';
import { otherCase, type Namesake } from './namesakes';
import { staysOpen } from './own-trust';
import { isOwn, nothingToRemove, type Rules } from './ownership';
import { principalsIn } from './trusted-principals';

export interface ExistingRole extends ExistingIdentity {
  readonly description: string;
  readonly trust: PolicyDocument;
  /** Seconds. */
  readonly maxSessionDuration: number;
}

export function roleArn({ name, path }: Pick<DeclaredRole, 'name' | 'path'>, account: TargetAccount): string {
  return iamArn(account, `role${path}${name}`);
}

/** The role of just this name: AWS finds it whatever the case. */
async function findRole(name: string, iam: Iam) {
  const { Role } = (await iam.find('GetRole', { RoleName: name })) ?? {};
  return Role?.RoleName === name ? Role : undefined;
}

export async function readRole(name: string, iam: Iam): Promise<ExistingRole | Namesake | undefined> {
  const { Role: role } = (await iam.find('GetRole', { RoleName: name })) ?? {};
  if (!role) return undefined;
  if (role.RoleName !== name) return otherCase('role', name, role.Arn);
  return {
    ...(await readWithPolicies(role, identityCalls('role', name), iam)),
    description: role.Description ?? '',
    trust: parsePolicyText(role.AssumeRolePolicyDocument ?? ''),
    maxSessionDuration: role.MaxSessionDuration ?? 3600,
  };
}

/** Makes a role as declared. */
export function planRole(
  declared: DeclaredRole,
  existing: ExistingRole | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
): Planned {
  const { name: RoleName, description, maxSessionDuration } = declared;
  const trust = trustPolicy(declared.trust, rules.account);
  const wide = trustWidenings(declared.trust);
  return planIdentity(existing, policies, rules, {
    kind: 'role',
    declared,
    arn: roleArn(declared, rules.account),
    create: ({ tags, ...common }) => ({
      operation: 'CreateRole',
      input: {
        RoleName,
        ...common,
        AssumeRolePolicyDocument: policyText(trust),
        Description: description,
        MaxSessionDuration: maxSessionDuration,
        Tags: tagList(tags),
      },
      refersTo: principalsIn(trust),
    }),
    settings: {
      description: description === undefined ? undefined : JSON.stringify(description),
      'longest session': writeDuration(maxSessionDuration * 1000),
    },
    newDetails: ['+ trust policy', ...indented(difference({}, trust))],
    newWidenings: [...broadGrants([trust]), ...wide],
    losses:
      existing && staysOpen(existing.trust, trust) === 'no'
        ? ['the document takes from its trust policy everyone who is in it now: no later run could work as it']
        : [],
    differences: existing
      ? [
          trustChanges(RoleName, existing.trust, trust, { isOwn: isOwn('role', RoleName, rules) }),
          // Said of every plan: who approves one need not have seen those before.
          { ...NO_DIFFERENCE, details: wide.map((widening) => `! ${widening}`) },
          settingChanges(declared, existing),
        ]
      : [],
  });
}

function trustChanges(
  RoleName: string,
  before: PolicyDocument,
  wanted: PolicyDocument,
  { isOwn }: { readonly isOwn: boolean },
): Difference {
  if (sameMeaning(before, wanted)) return NO_DIFFERENCE;
  const risk =
    isOwn && staysOpen(before, wanted) !== 'yes'
      ? ['! this step works as this role: if the new policy does not trust what the step comes with, no later run can']
      : [];
  return {
    details: ['~ trust policy', ...indented(difference(before, wanted)), ...risk],
    widenings: widenings([before], [wanted]),
    // Whom it does not trust any more cannot use what is granted next.
    removing: [
      {
        operation: 'UpdateAssumeRolePolicy',
        input: { RoleName, PolicyDocument: policyText(wanted) },
        refersTo: principalsIn(wanted),
      },
    ],
    adding: [],
  };
}

/** Trusts nobody. */
const NOBODY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
};

/**
 * A new role that trusts nobody until all else is there: those whom it is to trust, of whom it is one itself, or who are
 * to trust it, too. AWS refuses a trust policy whose principal is not there.
 */
export function trustingLater(change: Change): Change {
  let trusts: PlannedCall | undefined;
  const stages = change.stages.map((stage) =>
    stage.map((planned): PlannedCall => {
      if (planned.operation !== 'CreateRole') return planned;
      const { RoleName, PermissionsBoundary, AssumeRolePolicyDocument: PolicyDocument } = planned.input;
      const [ofBoundary, ofTrust] = [planned.refersTo?.filter((arn) => arn === PermissionsBoundary), planned.refersTo];
      trusts = { operation: 'UpdateAssumeRolePolicy', input: { RoleName, PolicyDocument }, refersTo: ofTrust ?? [] };
      const input = { ...planned.input, AssumeRolePolicyDocument: policyText(NOBODY) };
      return { ...planned, input, refersTo: ofBoundary ?? [] };
    }),
  );
  return trusts ? { ...change, stages, later: [[trusts], ...change.later] } : change;
}

function settingChanges(
  { name, description = '', maxSessionDuration }: DeclaredRole,
  existing: ExistingRole,
): Difference {
  const [before, wanted] = [existing.description, description].map((text) => JSON.stringify(text));
  const [lasting, longest] = [existing.maxSessionDuration, maxSessionDuration];
  const sessions = [lasting, longest].map((seconds) => writeDuration(seconds * 1000)).join(' → ');
  const details = [
    ...(before === wanted ? [] : [`~ description ${before} → ${wanted}`]),
    ...(lasting === longest ? [] : [`~ longest session ${sessions}`]),
  ];
  if (details.length === 0) return NO_DIFFERENCE;
  const widenings = longest > lasting ? [`lets sessions last longer: ${sessions}`] : [];
  const input = { RoleName: name, Description: description, MaxSessionDuration: longest };
  return { ...NO_DIFFERENCE, details, widenings, adding: [{ operation: 'UpdateRole', input }] };
}

/**
 * Plans the removal of a role with everything for which AWS would refuse to delete it.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
 */
export async function planRoleRemoval(RoleName: string, { iam, account }: AccountAccess): Promise<Change> {
  const role = await findRole(RoleName, iam);
  const tags = tagsIn(role?.Tags);
  const nothing = nothingToRemove('role', RoleName, role && tags, account);
  if (nothing) return nothing;
  const [policies, profiles] = await Promise.all([
    policyRemoval(identityCalls('role', RoleName), iam),
    iam.list('ListInstanceProfilesForRole', { RoleName }, (page) => page.InstanceProfiles),
  ]);
  const fromProfiles = profiles.map(({ InstanceProfileName = '' }): PlannedCall => ({
    detail: `- instance profile ${InstanceProfileName}`,
    operation: 'RemoveRoleFromInstanceProfile',
    input: { RoleName, InstanceProfileName },
  }));
  return removalOf(
    'role',
    RoleName,
    [[...policies, ...fromProfiles], [{ operation: 'DeleteRole', input: { RoleName } }]],
    readEphemeralOf(role?.RoleId, tags),
  );
}
