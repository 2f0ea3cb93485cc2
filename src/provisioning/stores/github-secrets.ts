import type { GithubSecrets } from '../../github/secrets';
import type { Mark, Store } from './store';

/** GitHub's secrets: GitHub says when each was written, in whole seconds. */
export function githubStore(secrets: GithubSecrets): Store {
  const markOf = (written: Date | undefined): Mark | undefined => written && { time: written.getTime() };
  return {
    check: (all) => secrets.check(all),
    find: async (secret) => markOf(await secrets.updatedAt(secret)),
    put: async (secret, value, onUnanswered) => markOf(await secrets.put(secret, value, onUnanswered)),
    remove: (secret, onUnanswered) => secrets.remove(secret, onUnanswered),
  };
}
