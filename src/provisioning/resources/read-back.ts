import type { Iam } from '../../iam/connect';
import type { AccountAccess } from '../changes/account-access';
import type { Change } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readAttachedPolicies } from './permissions';
import { roleCalls } from './role';
import { declarableTags, tagsIn } from './tags';
import { userCalls } from './user';

/** Reads what users and roles have now that they were made or changed, and reports it. It stops nothing if it cannot. */
export async function readBack(changes: readonly Change[], { iam, log }: AccountAccess): Promise<void> {
  const touched = changes.filter(
    ({ action, kind }) => (action === 'create' || action === 'change') && (kind === 'user' || kind === 'role'),
  );
  await concurrently(touched, async ({ kind, name }) => {
    const read = kind === 'user' ? describeUser(name, iam) : describeRole(name, iam);
    log(
      await read.then(
        (what) => `The ${kind} ${name} has ${what} attached.`,
        (error: unknown) => `The ${kind} ${name} could not be read back: ${(error as Error).message}`,
      ),
    );
  });
}

async function describeUser(UserName: string, iam: Iam): Promise<string> {
  const [tags, policies] = await Promise.all([
    iam.list('ListUserTags', { UserName }, ({ Tags }) => Tags),
    readAttachedPolicies(userCalls(UserName), iam),
  ]);
  const lines = Object.entries(declarableTags(tagsIn(tags))).map(([key, value]) => `${key}=${value}`);
  return `the tags ${lines.join(', ')} and ${inWords(policies)}`;
}

async function describeRole(name: string, iam: Iam): Promise<string> {
  return inWords(await readAttachedPolicies(roleCalls(name), iam));
}

function inWords(policies: readonly string[]): string {
  return policies.length === 0 ? 'no policies' : `the policies ${policies.join(', ')}`;
}
