import { callSettings, type Step } from '../runner/step';
import { isRefusal } from '../aws/failure';
import { explainIdToken } from '../github/explain';
import { fetchIdToken, retryOfIdToken } from '../github/id-token';
import type { StepSettings, WebIdentity } from '../inputs/request';
import { call, type CallSettings } from '../network/call';
import { connectSts, type Sts } from '../sts/connect';
import type { Hop, Origin } from './origin';
import type { AssumedRole } from '../delivery/outcome';
import { withPlainCharacters } from './plain-characters';

type GitHubToken = Extract<WebIdentity, { from: 'github' }>;

/**
 * Assumes roles with the token of an identity provider: one token for all of them, asked for anew only when it is over.
 */
export function webIdentityOrigin(identity: WebIdentity, request: StepSettings, step: Step): Origin {
  const settings = callSettings(request, step);
  const source = identity.from === 'github' ? "GitHub's OIDC token" : `the token in ${identity.path}`;
  // STS's code loads, and its connection is opened, while GitHub's token is on its way. Not before the request for it
  // has left: loading keeps the process from doing anything else.
  const first = startObtainingToken(identity, settings, step);
  const connecting = first.sent.then(() => connectSts(request.connection, undefined, settings));
  let current = first.token;
  void rehearseUntil(current, connecting);
  // Whoever needs them waits for them, and learns why they do not come.
  Promise.all([current, connecting]).catch(() => undefined);

  /** The token after one that AWS found to be over. Of many that find it so, one asks. */
  function renewed(over: Promise<string>): Promise<string> {
    if (current === over) current = startObtainingToken(identity, settings, step).token;
    return current;
  }

  return {
    async assume({ role, session, place }: Hop): Promise<AssumedRole> {
      if (!('arn' in role)) throw new Error('A web identity is in no account in which to look for a role by its name.');
      step.runner.info(`Assuming ${role.arn}${place} with ${source}.`);
      let used = current;
      const [, sts] = await Promise.all([used, connecting]);
      const tried = `assume ${role.arn}${place} with ${source}`;
      const assume = async () =>
        sts.assumeRoleWithWebIdentity({ roleArn: role.arn, ...session, token: await used }, tried);
      const obtained = await withPlainCharacters(session, step.runner.warning, async () => {
        try {
          return await assume();
        } catch (error) {
          if (identity.from !== 'github' || !isRefusal(error, 'ExpiredToken')) throw error;
          used = renewed(used);
          return assume();
        }
      });
      return { role, session: obtained };
    },
  };
}

/** While the token is still on its way, there is time to rehearse what is done with it. */
async function rehearseUntil(token: Promise<string>, connecting: Promise<Sts>): Promise<void> {
  const wait = { over: false };
  const end = () => (wait.over = true);
  token.then(end, end);
  try {
    const { rehearse } = await connecting;
    // A token that came while code was loaded is seen only now.
    await new Promise((resolve) => setImmediate(resolve));
    if (!wait.over) await rehearse();
  } catch {
    // Whatever is wrong, the call itself will tell.
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
