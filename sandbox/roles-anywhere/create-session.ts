import { environmentContext } from '../accounts/caller';
import { reasonIn, layersOfResource, layersOnTheWay } from '../accounts/permissions';
import { requestTagContext, tagContext } from '../accounts/tags';
import type { World } from '../accounts/world';
import type { IncomingRequest } from '../http/request';
import { contextOf } from '../policy/context';
import { evaluateTrust } from '../policy/trust';
import { findRole } from '../sts/role-request';
import { startRoleSession } from '../sts/session';
import { accessDenied, validationError } from './refusals';
import type { Profile, TrustAnchor } from './resources';
import type { Parameters } from './route';
import { tagsOf } from './session-tags';
import { certificatesIn, verifySignature } from './signature';
import { requireTrusted } from './trusted-path';

const SERVICE = 'rolesanywhere.amazonaws.com';

/** What there is to know for a session. */
export interface Registered {
  readonly world: World;
  readonly trustAnchors: ReadonlyMap<string, TrustAnchor>;
  readonly profiles: ReadonlyMap<string, Profile>;
}

/** https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html */
export function createSession(request: IncomingRequest, params: Parameters, registered: Registered) {
  const { world } = registered;
  const { durationSeconds, roleSessionName } = params;
  const [trustAnchorArn, profileArn, roleArn] = (['trustAnchorArn', 'profileArn', 'roleArn'] as const).map((name) => {
    const arn = params[name];
    if (!arn?.startsWith('arn:')) throw validationError(`${name} must be an ARN`);
    return arn;
  }) as [string, string, string];
  const duration = durationSeconds === undefined ? undefined : Number(durationSeconds);
  if (duration !== undefined && !(Number.isInteger(duration) && duration >= 900 && duration <= 43_200)) {
    throw validationError('durationSeconds must be from 900 to 43200');
  }

  const anchor = registered.trustAnchors.get(trustAnchorArn);
  if (!anchor) throw accessDenied("Specified Trust Anchor wasn't found.");
  // Of a trust anchor and a profile that are disabled, the words of AWS are not known.
  if (!anchor.enabled) throw accessDenied('Specified Trust Anchor is disabled.');
  const { leaf, chain } = certificatesIn(request);
  const now = world.clock.now();
  requireTrusted({ leaf, chain }, anchor.authorities, now);
  if (anchor.revoked.has(leaf.serialNumber)) throw accessDenied('Certificate revoked');
  verifySignature(request, leaf, anchor.region, now);

  const profile = registered.profiles.get(profileArn);
  if (!profile?.enabled || profile.region !== anchor.region) throw accessDenied('Invalid or empty profile provided.');
  if (!profile.roles.includes(roleArn)) {
    throw accessDenied("Requested Role isn't one of those listed in the Profile.");
  }
  const refused = (why = '') => accessDenied(`Unable to assume role for ${roleArn}${why && `; ${why}`}`);
  if (roleSessionName !== undefined && !profile.acceptRoleSessionName) throw refused();

  const { role } = findRole(world, roleArn);
  const tags = tagsOf(leaf, roleArn);
  const sourceIdentity = `CN=${tags['x509Subject/CN'] ?? ''}`;
  const sessionName = roleSessionName ?? leaf.serialNumber.toLowerCase();
  const context = contextOf({
    ...environmentContext(now),
    ...tagContext('aws:PrincipalTag', tags),
    ...requestTagContext(tags),
    'aws:SourceArn': trustAnchorArn,
    'aws:SourceAccount': anchor.account.id,
    'sts:RoleSessionName': sessionName,
    'sts:SourceIdentity': sourceIdentity,
  });
  for (const action of ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']) {
    const access = { action, resource: roleArn, context };
    const grant = role && evaluateTrust(role.trust, access, { kind: 'Service', service: SERVICE });
    const limits = role ? [...layersOnTheWay(role), ...layersOfResource(role.account)] : [];
    if (grant !== 'principal' || reasonIn(limits, access) !== undefined) throw refused();
  }
  if (!role) throw refused();
  const { maxSessionDuration } = role;
  const lasts = Math.min(duration ?? maxSessionDuration, profile.durationSeconds);
  if (lasts > maxSessionDuration) {
    throw refused('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const session = startRoleSession(world, role, {
    sessionName,
    durationSeconds: lasts,
    sessionPolicies: undefined,
    tags,
    transitiveTagKeys: [],
    sourceIdentity,
  });
  const { Credentials, AssumedRoleUser } = session as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return {
    caller: AssumedRoleUser?.Arn ?? '',
    answer: {
      credentialSet: [
        {
          assumedRoleUser: { arn: AssumedRoleUser?.Arn, assumedRoleId: AssumedRoleUser?.AssumedRoleId },
          credentials: {
            accessKeyId: Credentials?.AccessKeyId,
            secretAccessKey: Credentials?.SecretAccessKey,
            sessionToken: Credentials?.SessionToken,
            expiration: Credentials?.Expiration,
          },
          packedPolicySize: 0,
          roleArn,
          sourceIdentity,
        },
      ],
      subjectArn: anchor.arn.replace(/:trust-anchor\/.*/, `:subject/${leaf.serialNumber.toLowerCase()}`),
    },
  };
}
