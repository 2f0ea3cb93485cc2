import type { GithubSecrets } from '../../github/secrets';
import { describeSecret, type GithubSecret, type StoredSecret } from '../../identities/stored-secret';
import type { Mark, Store } from './store';

/** GitHub's secrets: GitHub says when each was written, in whole seconds. */
export function githubStore(secrets: GithubSecrets): Store {
  const markOf = (written: Date | undefined): Mark | undefined => written && { time: written.getTime() };
  return {
    check: (all) => secrets.check(all.map(asGithubs)),
    find: async (secret) => markOf(await secrets.updatedAt(asGithubs(secret))),
    put: async (secret, value, onUnanswered) => markOf(await secrets.put(asGithubs(secret), value, onUnanswered)),
    remove: (secret, onUnanswered) => secrets.remove(asGithubs(secret), onUnanswered),
    async warningsOf(all) {
      const others = await secrets.withOtherAudience(all.map(asGithubs));
      if (others.length === 0) return [];
      return [
        `Other repositories may read ${others.map(describeSecret).join(' and ')} than the document says: that is for secrets ` +
          'that are made new, and an existing one keeps its own. Change it in the settings of the organization at GitHub.',
      ];
    },
  };
}

function asGithubs(secret: StoredSecret): GithubSecret {
  if (secret.store === 'terraform-cloud') throw new Error(`A secret of ${secret.store} is none of GitHub.`);
  return secret;
}
