import { isRefusal } from '../aws/failure';
import type { StepSettings } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import { connectSts, type Sts } from '../sts/connect';
import type { IdentityToken, RoleAssumer } from './identity-source';
import { withPlainCharacters } from './plain-characters';

/** Assumes roles with the token of an identity provider: one for all of them, asked for again only when it has expired. */
export function webIdentity(source: IdentityToken, settings: StepSettings, step: Step): RoleAssumer {
  // STS's code loads, and its connection is opened, while GitHub's token is on its way. Not before the request for it
  // has left: loading keeps the process from doing anything else.
  const first = source.obtain();
  const connecting = first.sent.then(() => connectSts(settings.connection, undefined, callSettings(settings, step)));
  let current = first.token;
  void rehearseUntil(current, connecting);
  // Whoever needs them waits for them, and learns why they do not come.
  Promise.all([current, connecting]).catch(() => undefined);

  /** The token after one that AWS says has expired. Of many callers that learn this, one asks. */
  function renewed(expired: Promise<string>): Promise<string> {
    if (current === expired) current = source.obtain().token;
    return current;
  }

  return {
    async assume({ role, session, position }) {
      if (!('arn' in role)) throw new Error('A web identity is in no account in which to look for a role by its name.');
      step.runner.info(`Assuming ${role.arn}${position} with ${source.name}.`);
      let used = current;
      const [, sts] = await Promise.all([used, connecting]);
      const tried = `assume ${role.arn}${position} with ${source.name}`;
      const assume = async () =>
        sts.assumeRoleWithWebIdentity({ roleArn: role.arn, ...session, token: await used }, tried);
      const obtained = await withPlainCharacters(session, step.runner.warning, async () => {
        try {
          return await assume();
        } catch (error) {
          if (!source.renewable || !isRefusal(error, 'ExpiredToken')) throw error;
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
  const wait = { ended: false };
  const end = () => (wait.ended = true);
  token.then(end, end);
  try {
    const { rehearse } = await connecting;
    // A token that came while code was loaded is seen only now.
    await new Promise((resolve) => setImmediate(resolve));
    if (!wait.ended) await rehearse();
  } catch {
    // Whatever is wrong, the call itself will say.
  }
}
