import type { Declaration } from '../../identities/declaration';
import type { Obstacle } from '../changes/change';
import { isRefusal } from '../../aws/failure';
import type { Iam } from '../../iam/connect';

/** A thing of the same kind and name as a declared one but for its case or its path: AWS allows no two of them. */
export interface Namesake {
  readonly kind: 'policy' | 'user' | 'role';
  /** As declared. */
  readonly name: string;
  readonly arn: string;
}

interface Listed {
  readonly name: string | undefined;
  readonly arn: string | undefined;
}

/** The declared names, by kind, that nothing in the account has. */
export type MissingNames = Readonly<Record<'policies' | 'users' | 'roles', readonly string[]>>;

/** The names of what is declared and was not found. */
export function missingNames(
  declaration: Declaration,
  found: Readonly<Record<keyof MissingNames, ReadonlyMap<string, unknown>>>,
): MissingNames {
  const missing = (kind: keyof MissingNames) =>
    declaration[kind].map(({ name }) => name).filter((name) => !found[kind].has(name));
  return { policies: missing('policies'), users: missing('users'), roles: missing('roles') };
}

/**
 * Names are unique whatever their case and path, which only a list of all can tell. Who may not list them learns it
 * from AWS when the thing is to be made.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export async function readNamesakes({ policies, users, roles }: MissingNames, iam: Iam): Promise<Namesake[]> {
  const found = await Promise.all([
    namesakesOf('policy', policies, () =>
      iam.list('ListPolicies', { Scope: 'Local' }, ({ Policies }) =>
        Policies?.map(({ PolicyName, Arn }) => ({ name: PolicyName, arn: Arn })),
      ),
    ),
    namesakesOf('user', users, () =>
      iam.list('ListUsers', {}, ({ Users }) => Users?.map(({ UserName, Arn }) => ({ name: UserName, arn: Arn }))),
    ),
    namesakesOf('role', roles, () =>
      iam.list('ListRoles', {}, ({ Roles }) => Roles?.map(({ RoleName, Arn }) => ({ name: RoleName, arn: Arn }))),
    ),
  ]);
  return found.flat();
}

async function namesakesOf(
  kind: Namesake['kind'],
  names: readonly string[],
  list: () => Promise<readonly Listed[]>,
): Promise<Namesake[]> {
  if (names.length === 0) return [];
  const all = await list().catch((error: unknown) => {
    if (isRefusal(error, 'AccessDenied')) return [];
    throw error;
  });
  const arns = new Map(all.map(({ name = '', arn = '' }) => [name.toLowerCase(), arn]));
  return names.flatMap((name) => {
    const arn = arns.get(name.toLowerCase());
    return arn === undefined ? [] : { kind, name, arn };
  });
}

export function nameTaken({ kind, name, arn }: Namesake): Obstacle {
  const text =
    `the ${kind} ${name} cannot be made, as ${arn} is there: AWS allows no two names that differ only in case or path. ` +
    `Declare that ${kind} by its own name and path, or choose another name`;
  return { code: 'name-taken', text };
}
