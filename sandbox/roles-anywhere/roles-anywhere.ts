import { randomUUID, X509Certificate } from 'node:crypto';
import type { Account } from '../accounts/account';
import type { World } from '../accounts/world';
import type { IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import { createSession } from './create-session';
import type { Profile, ProfileSettings, TrustAnchor, TrustAnchorSettings } from './resources';
import { rolesAnywhereRoute } from './route';

/** IAM Roles Anywhere: what accounts have of it, and the operation that gives sessions. */
export class RolesAnywhere {
  /** By ARN. */
  readonly trustAnchors = new Map<string, TrustAnchor>();
  /** By ARN. */
  readonly profiles = new Map<string, Profile>();

  constructor(private readonly world: World) {}

  createTrustAnchor(account: Account, { region, certificates, id }: TrustAnchorSettings): TrustAnchor {
    const arn = arnOf(account, region, `trust-anchor/${id ?? randomUUID()}`);
    const authorities = certificates.map((certificate) => new X509Certificate(certificate));
    const anchor: TrustAnchor = { arn, region, account, authorities, revoked: new Set(), enabled: true };
    this.trustAnchors.set(arn, anchor);
    return anchor;
  }

  createProfile(account: Account, { id = randomUUID(), ...settings }: ProfileSettings): Profile {
    const arn = arnOf(account, settings.region, `profile/${id}`);
    const profile = { durationSeconds: 3600, acceptRoleSessionName: false, ...settings, arn, enabled: true };
    this.profiles.set(arn, profile);
    return profile;
  }

  /** Lets a list that revokes this certificate be imported. */
  revoke({ revoked }: TrustAnchor, certificate: string): void {
    revoked.add(new X509Certificate(certificate).serialNumber);
  }

  /** Where a request goes that is for this service; undefined for others. */
  route(request: IncomingRequest): Route | undefined {
    if (request.method !== 'POST' || request.path !== '/sessions') return undefined;
    return rolesAnywhereRoute('CreateSession', request, (params) =>
      createSession(request, params, { world: this.world, trustAnchors: this.trustAnchors, profiles: this.profiles }),
    );
  }
}

function arnOf({ partition, id }: Account, region: string, resource: string): string {
  return `arn:${partition}:rolesanywhere:${region}:${id}:${resource}`;
}
