import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Account } from './accounts/account';
import type { Settings } from './accounts/settings';
import { World } from './accounts/world';
import { Clock, type Waiting } from './clock';
import { Faults } from './faults';
import { Tokens } from './github/access';
import { GithubComments } from './github/comments';
import { GithubOidc, githubIssuer } from './github/oidc';
import { GithubRuns } from './github/runs';
import { GithubSecrets } from './github/secrets';
import type { RecordedRequest } from './http/request';
import type { Route } from './http/route';
import { iam } from './iam/service';
import { queryRoute } from './query/route';
import { RolesAnywhere } from './roles-anywhere/roles-anywhere';
import { s3Route } from './s3/list-buckets';
import { createSandboxServer } from './server';
import { IdentityCenter } from './sso/identity-center';
import { oidcRoute } from './sso/oidc';
import { portalRoute } from './sso/portal';
import { sts } from './sts/service';
import { Terraform } from './terraform/terraform';

/** A local AWS, IAM Identity Center included, together with GitHub's OIDC and its API for secrets, workflow runs and comments, and HCP Terraform, at one HTTP address. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** In order of arrival. */
  readonly requests: readonly RecordedRequest[];
  readonly clock: Clock;
  readonly settings: Settings;
  /** Every account, and every session. */
  readonly world: World;
  readonly github: GithubOidc & {
    readonly secrets: GithubSecrets;
    readonly runs: GithubRuns;
    readonly comments: GithubComments;
  };
  readonly identityCenter: IdentityCenter;
  readonly terraform: Terraform;
  readonly faults: Faults;
  readonly rolesAnywhere: RolesAnywhere;
  /** The account with this id, made when first asked for; the partition is `aws` unless given then. */
  account(id: string, settings?: { readonly partition?: string }): Account;
  /** Stops listening and breaks every connection, also those that hang. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** A free one if omitted. */
  readonly port?: number;
  /** How its clients wait: in real time if omitted. */
  readonly waiting?: Waiting | undefined;
}

/**
 * Starts a sandbox on 127.0.0.1.
 * @throws Error when the port is taken.
 */
export async function startSandbox({ port = 0, waiting }: SandboxOptions = {}): Promise<Sandbox> {
  const clock = new Clock(waiting);
  const world = new World(clock);
  const faults = new Faults(clock);
  // Of each account and region. https://docs.aws.amazon.com/general/latest/gr/rolesanywhere.html
  faults.rateLimit({ service: 'rolesanywhere', perSecond: 10 });
  // Of all tokens of a user. https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting
  faults.rateLimit({ service: 'terraform', perSecond: 30 });
  const requests: RecordedRequest[] = [];
  let url = '';
  const oidc = new GithubOidc(clock, () => url);
  const tokens = new Tokens();
  const secrets = await GithubSecrets.create(clock, tokens, () => url);
  const runs = new GithubRuns(clock, tokens);
  const comments = new GithubComments(clock, tokens);
  const rolesAnywhere = new RolesAnywhere(world);
  world.issuerKeys.set(githubIssuer, oidc.publicKey);
  const identityCenter = new IdentityCenter(world);
  const terraform = new Terraform(clock, () => url);
  const server = createSandboxServer({
    clock,
    faults,
    requests,
    route: (request) =>
      s3Route(request, world) ??
      (request.path === '/' ? queryRoute(request, [sts, iam], world) : oidc.route(request)) ??
      oidcRoute(request, identityCenter) ??
      portalRoute(request, identityCenter) ??
      secrets.route(request) ??
      runs.route(request) ??
      comments.route(request) ??
      terraform.route(request) ??
      rolesAnywhere.route(request) ??
      unknownRoute(request.path),
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    clock,
    settings: world.settings,
    world,
    github: Object.assign(oidc, { secrets, runs, comments }),
    identityCenter,
    terraform,
    faults,
    rolesAnywhere,
    account: (id, { partition = 'aws' } = {}) => world.account(id, partition),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function unknownRoute(action: string): Route {
  const answer = {
    status: 404,
    headers: { 'content-type': 'application/xml' },
    body: '<UnknownOperationException/>\n',
  };
  return {
    service: 'unknown',
    action,
    params: {},
    respond: () => Promise.resolve(answer),
    refuse: ({ status, message }) => ({ status, headers: { 'content-type': 'text/plain' }, body: message }),
  };
}
