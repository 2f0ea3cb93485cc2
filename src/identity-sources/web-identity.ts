import { isRefusal } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';
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
  void rehearseUntil(first.token, connecting);
  // Whoever needs them waits for them, and learns why they do not come.
  Promise.all([first.token, connecting]).catch(() => undefined);
  const shared = sharedToken(source, first.token);

  return {
    async assume({ role, session, inChain }) {
      if (!('arn' in role)) throw new Error('A web identity is in no account in which to look for a role by its name.');
      step.runner.info(`Assuming ${role.arn}${inChain} with ${source.name}.`);
      let used = shared;
      const assume = () =>
        used.useFor(async (token) => {
          const sts = await connecting;
          const tried = `assume ${role.arn}${inChain} with ${used.name}`;
          return sts.assumeRoleWithWebIdentity({ roleArn: role.arn, ...session, token }, tried);
        });
      const obtained = await withPlainCharacters(session, step.runner.warning, async () => {
        try {
          return await assume();
        } catch (error) {
          if (!(error instanceof ActionError) || error.code !== 'incorrect-audience') throw error;
          const other = used.otherwise();
          if (!other) throw error;
          used = other;
          step.runner.info(`Trying with ${used.name}. The input audience saves the first try.`);
          return await assume().catch((second: unknown) => {
            // The first audience is the partition's own, so it is the one to set up.
            const answer = second instanceof ActionError ? second.answer : messageOf(second);
            throw error.because(`Tried as well with ${other.name}: ${answer}`);
          });
        }
      });
      return { role, session: obtained };
    },
  };
}

/** A token for many callers. */
interface SharedToken {
  readonly name: string;
  /** Makes a request with the token; and once more with a new one, if AWS says that it has expired. */
  readonly useFor: <T>(request: (token: string) => Promise<T>) => Promise<T>;
  /** The token for another audience. Of many callers that need it, one asks. */
  readonly otherwise: () => SharedToken | undefined;
}

function sharedToken(source: IdentityToken, first: Promise<string>): SharedToken {
  let current = first;
  let other: SharedToken | undefined;
  return {
    name: source.name,
    async useFor(request) {
      const used = current;
      try {
        return await request(await used);
      } catch (error) {
        if (!source.renewable || !isRefusal(error, 'ExpiredToken')) throw error;
        // Of many callers that learn that it has expired, one asks.
        if (current === used) current = source.obtain().token;
        return request(await current);
      }
    },
    otherwise() {
      const { otherwise } = source;
      return (other ??= otherwise && sharedToken(otherwise, otherwise.obtain().token));
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
