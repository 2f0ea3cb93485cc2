import type { GithubSecrets } from '../../github/secrets';
import type { GithubSecret, StoredSecret } from '../../identities/stored-secret';
import type { Mark, Store } from './store';

/** GitHub's secrets: GitHub says when each was written, in whole seconds. */
export function githubStore(secrets: GithubSecrets): Store {
  const markOf = (written: Date | undefined): Mark | undefined => written && { time: written.getTime() };
  return {
    check: (all) => secrets.check(all.map(asGithubs)),
    find: async (secret) => markOf(await secrets.updatedAt(asGithubs(secret))),
    put: async (secret, value, onUnanswered) => markOf(await secrets.put(asGithubs(secret), value, onUnanswered)),
    remove: (secret, onUnanswered) => secrets.remove(asGithubs(secret), onUnanswered),
  };
}

function asGithubs(secret: StoredSecret): GithubSecret {
  if (secret.store === 'terraform-cloud') throw new Error(`A secret of ${secret.store} is none of GitHub.`);
  return secret;
}
