import type { Step } from '../action/step';
import { refusalOf } from '../aws/failure';
import { explainIdToken } from '../github/explain';
import { fetchIdToken, retryOfIdToken } from '../github/id-token';
import { decodeClaims } from '../github/token-claims';
import type { AssumeRoleRequest, WebIdentity } from '../inputs/request';
import { call, type CallSettings } from '../network/call';
import { explainSts } from '../sts/explain';
import type { AssumedRole } from './outcome';
import { callSettings } from './call-settings';
import { withPlainCharacters } from './plain-characters';
import { connectSts } from './sts-calls';

type Request = Extract<AssumeRoleRequest, { by: 'web identity' }>;
type GitHubToken = Extract<WebIdentity, { from: 'github' }>;

/** Assumes a role with the token of an identity provider. */
export async function assumeRoleByWebIdentity(request: Request, step: Step): Promise<AssumedRole> {
  const { role, connection, session } = request;
  const settings = callSettings(request, step);
  const source = request.token.from === 'github' ? "GitHub's OIDC token" : `the token in ${request.token.path}`;
  settings.log(`Assuming ${role.arn} with ${source}.`);

  // STS's code loads, and its connection is opened, while GitHub's token is on its way. Not before the request for it
  // has left: loading keeps the process from doing anything else.
  const { token: obtaining, sent } = startObtainingToken(request.token, settings, step);
  const [first, sts] = await Promise.all([obtaining, sent.then(() => connectSts(request, step))]);
  let token = first;
  const assume = () => sts.assumeRoleWithWebIdentity({ roleArn: role.arn, ...session, token });
  try {
    const obtained = await withPlainCharacters(session, step.runner.warning, async () => {
      try {
        return await assume();
      } catch (error) {
        if (request.token.from !== 'github' || refusalOf(error)?.code !== 'ExpiredToken') throw error;
        token = await startObtainingToken(request.token, settings, step).token;
        return assume();
      }
    });
    return { role, session: obtained };
  } catch (error) {
    throw explainSts(error, {
      tried: `assume ${role.arn} with ${source}`,
      region: connection.region,
      role,
      duration: session.duration,
      claims: decodeClaims(token) ?? {},
    });
  }
}

/** The token, and when there is nothing left to do but to wait for it. */
interface Obtaining {
  readonly token: Promise<string>;
  readonly sent: Promise<unknown>;
}

function startObtainingToken(identity: WebIdentity, settings: CallSettings, { runner }: Step): Obtaining {
  if (identity.from === 'file') {
    runner.mask(identity.token);
    return { token: Promise.resolve(identity.token), sent: Promise.resolve() };
  }
  let onSent: () => void = () => undefined;
  const requested = new Promise<void>((resolve) => (onSent = resolve));
  const token = gitHubToken(identity, settings, onSent).then((received) => {
    runner.mask(received);
    return received;
  });
  return { token, sent: Promise.race([requested, token]) };
}

async function gitHubToken({ endpoint, audience }: GitHubToken, settings: CallSettings, onSent: () => void) {
  const fetch = (signal: AbortSignal) => fetchIdToken(endpoint, audience, signal, onSent);
  try {
    return await call("GitHub's OIDC token", fetch, retryOfIdToken, settings);
  } catch (error) {
    throw explainIdToken(error, audience);
  }
}
