import { isDeepStrictEqual } from 'node:util';
import type { Tag } from '@aws-sdk/client-iam';
import { ActionError } from '../../errors/action-error';
import type { Iam } from '../../iam/connect';
import { isOwnTag, MANAGED_BY, MANAGED_BY_REPOSITORY } from '../../identities/own-tags';
import type { Created } from '../../runner/ledger';
import type { AccountAccess } from './account-access';

/** What is made with tags. */
export type Tagged = Exclude<Created, { readonly kind: 'access key' | 'secret' }>;

export function isTagged(created: Created): created is Tagged {
  return created.kind !== 'access key' && created.kind !== 'secret';
}

/** Something that is there, whoever made it. */
interface Found {
  readonly Arn?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** How old what a read of IAM shows is taken to be at most, and how often something is read, in milliseconds. */
export const LONGEST_READ_AGE_MS = 30_000;
const BETWEEN_READS_MS = 2_000;

/**
 * Makes sure that what is there was made by an attempt whose answer was lost: of the action's own tags it has those that
 * the attempt gave it, which may name the run, and no others. Else someone made it meanwhile.
 *
 * @param input what the attempt was made with
 * @throws ActionError `name-taken`
 */
export async function requireOwn(made: Tagged, input: object, access: AccountAccess): Promise<void> {
  const found = await onceSeen(() => read(made, access.iam), access);
  const given = ownTagsIn(input);
  if (found?.Arn === arnOf(made) && isDeepStrictEqual(ownTagsIn(found), given)) return;
  throw new ActionError({
    code: 'name-taken',
    tried: `make the ${made.kind} ${arnOf(made)}`,
    why:
      'The answer to an attempt was lost, and the next one found the name taken: ' +
      `${whose(found, given[MANAGED_BY_REPOSITORY])}. It is left as it is.`,
    fix: 'Run the step again: it says what can be done about it.',
  });
}

/** What a read finds; it is made again for as long as it may be older than what is there. */
export async function onceSeen<T>(
  read: () => Promise<T | undefined>,
  { clock }: Pick<AccountAccess, 'clock'>,
): Promise<T | undefined> {
  for (let waited = 0; ; waited += BETWEEN_READS_MS) {
    const found = await read();
    if (found || waited >= LONGEST_READ_AGE_MS) return found;
    await clock.sleep(BETWEEN_READS_MS);
  }
}

async function read(made: Tagged, iam: Iam): Promise<Found | undefined> {
  switch (made.kind) {
    case 'user':
      return (await iam.find('GetUser', { UserName: made.name }))?.User;
    case 'role':
      return (await iam.find('GetRole', { RoleName: made.name }))?.Role;
    case 'policy':
      return (await iam.find('GetPolicy', { PolicyArn: made.arn }))?.Policy;
    case 'OIDC provider': {
      const found = await iam.find('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: made.arn });
      return found && { Arn: made.arn, Tags: found.Tags };
    }
    case 'MFA device': {
      const found = await iam.find('ListMFADeviceTags', { SerialNumber: made.serial });
      return found && { Arn: made.serial, Tags: found.Tags };
    }
  }
}

/** Whose that is which stands there, by its tags. */
function whose(found: Found | undefined, ourRepository: string | undefined): string {
  if (!found) return 'IAM does not show by what';
  const { Arn = 'what is there' } = found;
  const { [MANAGED_BY]: by, [MANAGED_BY_REPOSITORY]: repository } = ownTagsIn(found);
  if (by === undefined || repository === undefined) return `${Arn} was not made by this action`;
  return `${Arn} was made ${repository === ourRepository ? 'by another run of this repository' : `for ${repository}`}`;
}

function arnOf(made: Tagged): string {
  return 'serial' in made ? made.serial : made.arn;
}

/** The action's own tags in the input of a call, or of what is there. */
function ownTagsIn({ Tags = [] }: { readonly Tags?: readonly Tag[] | undefined }): Readonly<Record<string, string>> {
  return Object.fromEntries(Tags.flatMap(({ Key = '', Value = '' }) => (isOwnTag(Key) ? [[Key, Value] as const] : [])));
}
