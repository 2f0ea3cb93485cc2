import { environmentContext } from '../accounts/caller';
import { reasonIn, layersOfResource, layersOnTheWay } from '../accounts/permissions';
import { requestTagContext, tagContext } from '../accounts/tags';
import type { World } from '../accounts/world';
import type { IncomingRequest } from '../http/request';
import { contextOf, type Context } from '../policy/context';
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
  const wanted = wantedIn(params);
  const { anchor, leaf } = authenticated(request, wanted, registered);
  const profile = profileFor(wanted, anchor, registered);
  const { roleArn } = wanted;
  const tags = tagsOf(leaf, roleArn);
  const sourceIdentity = `CN=${tags['x509Subject/CN'] ?? ''}`;
  const sessionName = wanted.roleSessionName ?? leaf.serialNumber.toLowerCase();
  const context = contextOf({
    ...environmentContext(world.clock.now()),
    ...tagContext('aws:PrincipalTag', tags),
    ...requestTagContext(tags),
    'aws:SourceArn': anchor.arn,
    'aws:SourceAccount': anchor.account.id,
    'sts:RoleSessionName': sessionName,
    'sts:SourceIdentity': sourceIdentity,
  });
  const role = assumableRole(roleArn, context, world);
  const durationSeconds = Math.min(wanted.duration ?? role.maxSessionDuration, profile.durationSeconds);
  if (durationSeconds > role.maxSessionDuration) {
    throw notAssumed(roleArn, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const { Credentials, AssumedRoleUser } = startRoleSession(world, role, {
    sessionName,
    durationSeconds,
    sessionPolicies: undefined,
    tags,
    transitiveTagKeys: [],
    sourceIdentity,
  }) as Readonly<Record<string, Readonly<Record<string, string>>>>;
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

/** What a request asks for, in the form that it must have. */
function wantedIn({ durationSeconds, roleSessionName, ...params }: Parameters) {
  const [trustAnchorArn, profileArn, roleArn] = (['trustAnchorArn', 'profileArn', 'roleArn'] as const).map((name) => {
    const arn = params[name];
    if (!arn?.startsWith('arn:')) throw validationError(`${name} must be an ARN`);
    return arn;
  }) as [string, string, string];
  const duration = durationSeconds === undefined ? undefined : Number(durationSeconds);
  if (duration !== undefined && !(Number.isInteger(duration) && duration >= 900 && duration <= 43_200)) {
    throw validationError('durationSeconds must be from 900 to 43200');
  }
  return { trustAnchorArn, profileArn, roleArn, roleSessionName, duration };
}

type Wanted = ReturnType<typeof wantedIn>;

/** The certificate that signed a request, and the trust anchor that it is trusted by. */
function authenticated(request: IncomingRequest, { trustAnchorArn }: Wanted, { world, trustAnchors }: Registered) {
  const anchor = trustAnchors.get(trustAnchorArn);
  if (!anchor) throw accessDenied("Specified Trust Anchor wasn't found.");
  // Of a trust anchor and a profile that are disabled, the words of AWS are not known.
  if (!anchor.enabled) throw accessDenied('Specified Trust Anchor is disabled.');
  const { leaf, chain } = certificatesIn(request);
  const now = world.clock.now();
  requireTrusted({ leaf, chain }, anchor.authorities, now);
  if (anchor.revoked.has(leaf.serialNumber)) throw accessDenied('Certificate revoked');
  verifySignature(request, leaf, anchor.region, now);
  return { anchor, leaf };
}

function profileFor({ profileArn, roleArn, roleSessionName }: Wanted, anchor: TrustAnchor, { profiles }: Registered) {
  const profile = profiles.get(profileArn);
  if (!profile?.enabled || profile.region !== anchor.region) throw accessDenied('Invalid or empty profile provided.');
  if (!profile.roles.includes(roleArn)) {
    throw accessDenied("Requested Role isn't one of those listed in the Profile.");
  }
  if (roleSessionName !== undefined && !profile.acceptRoleSessionName) throw notAssumed(roleArn);
  return profile;
}

/** The role, if it lets the service assume it in these circumstances, and nothing on the way forbids that. */
function assumableRole(roleArn: string, context: Context, world: World) {
  const { role } = findRole(world, roleArn);
  if (!role) throw notAssumed(roleArn);
  const limits = [...layersOnTheWay(role), ...layersOfResource(role.account)];
  for (const action of ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']) {
    const access = { action, resource: roleArn, context };
    const grant = evaluateTrust(role.trust, access, { kind: 'Service', service: SERVICE });
    if (grant !== 'principal' || reasonIn(limits, access) !== undefined) throw notAssumed(roleArn);
  }
  return role;
}

function notAssumed(roleArn: string, why = '') {
  return accessDenied(`Unable to assume role for ${roleArn}${why && `; ${why}`}`);
}
