import { isRefusal } from '../../aws/failure';
import type { Iam } from '../../iam/connect';
import type { Obstacle } from '../changes/change';

/** A thing of the same kind and name as a declared one but for its case or its path: AWS allows no two of them. */
export interface Namesake {
  readonly kind: 'policy' | 'user' | 'role';
  /** As declared. */
  readonly name: string;
  readonly arn: string;
}

/**
 * Names are unique whatever their case and path, which only a list of all can tell. Who may not list them learns it
 * from AWS when the thing is to be made.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 *
 * @param names those that nothing in the account has
 */
export async function readNamesakes(kind: Namesake['kind'], names: readonly string[], iam: Iam): Promise<Namesake[]> {
  if (names.length === 0) return [];
  const all = await listArns(kind, iam).catch((error: unknown) => {
    if (isRefusal(error, 'AccessDenied')) return [];
    throw error;
  });
  const arns = new Map(all.map((arn) => [arn.slice(arn.lastIndexOf('/') + 1).toLowerCase(), arn]));
  return names.flatMap((name) => {
    const arn = arns.get(name.toLowerCase());
    return arn === undefined ? [] : { kind, name, arn };
  });
}

function listArns(kind: Namesake['kind'], iam: Iam): Promise<string[]> {
  switch (kind) {
    case 'policy':
      return iam.list('ListPolicies', { Scope: 'Local' }, ({ Policies }) => Policies?.map(({ Arn = '' }) => Arn));
    case 'user':
      return iam.list('ListUsers', {}, ({ Users }) => Users?.map(({ Arn = '' }) => Arn));
    case 'role':
      return iam.list('ListRoles', {}, ({ Roles }) => Roles?.map(({ Arn = '' }) => Arn));
  }
}

export function nameTaken({ kind, name, arn }: Namesake): Obstacle {
  const text =
    `the ${kind} ${name} cannot be made, as ${arn} is there: AWS allows no two names that differ only in case or path. ` +
    `Declare that ${kind} by its own name and path, or choose another name`;
  return { code: 'name-taken', text };
}
