import { environmentContext } from '../accounts/caller';
import { layersOfResource, layersOnTheWay, reasonIn } from '../accounts/permissions';
import { contextOf } from '../policy/context';
import { evaluateTrust } from '../policy/trust';
import { Constraints } from '../query/constraints';
import { accessDenied } from '../query/error';
import type { Operation } from '../query/service';
import { VENDORS } from '../query/vendors';
import { packedPolicySize } from './packed-policy';
import { checkRoleDuration, findRole, readRoleRequest } from './role-request';
import { startRoleSession } from './session';
import { parseSessionPolicies } from './session-policies';
import { verifyWebIdentity, type WebIdentity } from './web-identity';

const action = 'sts:AssumeRoleWithWebIdentity';

export const assumeRoleWithWebIdentity: Operation = {
  signed: false,
  async run({ params, world }) {
    const constraints = new Constraints();
    const request = readRoleRequest(params, constraints);
    const token = constraints.required('webIdentityToken', params.WebIdentityToken);
    constraints.length('webIdentityToken', params.WebIdentityToken, 4, 20_000);
    constraints.check();
    const { accountId, account, role } = findRole(world, request.roleArn);
    const sessionPolicies = parseSessionPolicies(request, account);
    const PackedPolicySize = packedPolicySize(request, {}, world);

    const identity = await verifyWebIdentity(token, accountId, world);
    const { provider, subject, audience } = identity;
    const context = contextOf({
      ...environmentContext(world.clock.now()),
      ...claimContext(identity),
      'aws:FederatedProvider': provider.arn,
      'sts:RoleSessionName': request.sessionName,
    });
    const access = { action, resource: request.roleArn, context };
    const grant = role && evaluateTrust(role.trust, access, { kind: 'Federated', provider: provider.arn });
    const limits = role ? [...layersOnTheWay(role), ...layersOfResource(role.account)] : [];
    const reason = reasonIn(limits, access);
    if (reason !== undefined) throw accessDenied(`Not authorized to perform ${action} ${reason}`);
    if (!role || grant !== 'principal') throw accessDenied(`Not authorized to perform ${action}`);
    checkRoleDuration(role, request.durationSeconds);
    const { sessionName, durationSeconds } = request;
    const { vendor } = world.settings;
    const arn = vendor && VENDORS[vendor].arnByToken?.(role.name, sessionName);
    const session = { sessionName, arn, durationSeconds, sessionPolicies, tags: {}, transitiveTagKeys: [] };
    return {
      ...startRoleSession(world, role, { ...session, sourceIdentity: undefined }),
      SubjectFromWebIdentityToken: subject,
      Audience: audience,
      Provider: provider.arn,
      PackedPolicySize,
    };
  },
};

/** Of which claims there are condition keys: those of every provider, and more of GitHub's. */
const standardClaims = ['aud', 'sub', 'amr'];
const githubClaims = [
  'actor',
  'actor_id',
  'enterprise_id',
  'environment',
  'job_workflow_ref',
  'ref',
  'repository',
  'repository_id',
  'repository_owner_id',
  'workflow',
];

/** Claims as condition keys: `token.actions.githubusercontent.com:sub`. AWS ignores all others. */
function claimContext({ provider, claims }: WebIdentity): Record<string, string> {
  const prefix = provider.url.replace('https://', '');
  const isGithub = prefix.split('/')[0] === 'token.actions.githubusercontent.com';
  const known = isGithub ? [...standardClaims, ...githubClaims] : standardClaims;
  return Object.fromEntries(
    known.flatMap((claim) => {
      const value = claims[claim];
      return typeof value === 'string' ? [[`${prefix}:${claim}`, value]] : [];
    }),
  );
}
