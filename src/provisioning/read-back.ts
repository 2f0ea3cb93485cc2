import { declarableTags } from './ownership';
import type { Hands } from './hands';
import type { Change } from './plan';
import { tagsIn } from './read-account';
import { sideBySide } from './side-by-side';

/** Reads what users and roles have now that they were made or changed, and tells it. It stops nothing if it cannot. */
export async function readBack(changes: readonly Change[], { iam, log }: Hands): Promise<void> {
  const touched = changes.filter(
    ({ action, kind }) => (action === 'create' || action === 'change') && (kind === 'user' || kind === 'role'),
  );
  await sideBySide(touched, async ({ kind, name }) => {
    const read = kind === 'user' ? readUser(name) : readRole(name);
    log(
      await read.then(
        ({ tags, policies }) =>
          `The ${kind} ${name} has${tags} ${policies.length === 0 ? 'no policies' : `the policies ${policies.join(', ')}`} attached.`,
        (error: unknown) => `The ${kind} ${name} could not be read back: ${(error as Error).message}`,
      ),
    );
  });

  async function readUser(UserName: string) {
    const [tags, policies] = await Promise.all([
      iam.list('ListUserTags', { UserName }, ({ Tags }) => Tags),
      iam.list('ListAttachedUserPolicies', { UserName }, ({ AttachedPolicies }) => AttachedPolicies),
    ]);
    const told = Object.entries(declarableTags(tagsIn(tags))).map(([key, value]) => `${key}=${value}`);
    return { tags: ` the tags ${told.join(', ')} and`, policies: policies.map(({ PolicyArn = '' }) => PolicyArn) };
  }

  async function readRole(RoleName: string) {
    const policies = await iam.list(
      'ListAttachedRolePolicies',
      { RoleName },
      ({ AttachedPolicies }) => AttachedPolicies,
    );
    return { tags: '', policies: policies.map(({ PolicyArn = '' }) => PolicyArn) };
  }
}
