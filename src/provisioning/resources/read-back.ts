import { messageOf } from '../../errors/message';
import type { Iam } from '../../iam/connect';
import type { AccountAccess } from '../changes/account-access';
import type { Change } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { identityCalls, readAttachedPolicies } from './permissions';
import { declarableTags, tagsIn } from './tags';

/** Reads what users and roles have now that they were made or changed, and reports it. It stops nothing if it cannot. */
export async function readBack(changes: readonly Change[], { iam, log }: AccountAccess): Promise<void> {
  const touched = changes.filter(({ action }) => action === 'create' || action === 'change');
  await concurrently(touched, async ({ kind, name }) => {
    if (kind !== 'user' && kind !== 'role') return;
    try {
      log(`The ${kind} ${name} has ${await describeIdentity(kind, name, iam)} attached.`);
    } catch (error) {
      log(`The ${kind} ${name} could not be read back: ${messageOf(error)}`);
    }
  });
}

async function describeIdentity(kind: 'user' | 'role', name: string, iam: Iam): Promise<string> {
  const [tags, arns] = await Promise.all([
    kind === 'user' ? iam.list('ListUserTags', { UserName: name }, ({ Tags }) => Tags) : undefined,
    readAttachedPolicies(identityCalls(kind, name), iam),
  ]);
  const policies = arns.length === 0 ? 'no policies' : `the policies ${arns.join(', ')}`;
  if (!tags) return policies;
  const declarable = Object.entries(declarableTags(tagsIn(tags)));
  return `the tags ${declarable.map(([key, value]) => `${key}=${value}`).join(', ')} and ${policies}`;
}
