import { isRefusal } from '../../aws/failure';
import type { Iam } from '../../iam/connect';
import type { Obstacle } from '../changes/change';

/** A thing of the same kind and name as a declared one but for its case or its path: AWS allows no two of them. */
export interface Namesake {
  readonly kind: 'policy' | 'user' | 'role';
  /** As declared. */
  readonly name: string;
  readonly arn: string;
  /** It is the declared one itself, which was not found before: it was made meanwhile, or that read was some seconds old. */
  readonly isItself: boolean;
}

/** Whether what was found for a declared name is not the declared one. */
export function isNamesake(found: object): found is Namesake {
  return 'isItself' in found;
}

/** A user or role that IAM has for a name: it finds one whatever the case and path of that. */
export function otherCase(kind: 'user' | 'role', name: string, arn = ''): Namesake {
  return { kind, name, arn, isItself: false };
}

/**
 * IAM finds a policy by its ARN, and has no two of one name whatever their case and path: that only a list of all can tell.
 * Who may not list them learns it from AWS when the policy is to be made.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 *
 * @param found what there is of what is declared, by its name
 */
export async function readNamesakesOfPolicies(
  declared: readonly { readonly name: string; readonly path: string }[],
  found: ReadonlyMap<string, unknown>,
  iam: Iam,
): Promise<Namesake[]> {
  const missing = declared.filter(({ name }) => !found.has(name));
  if (missing.length === 0) return [];
  const all = await iam
    .list('ListPolicies', { Scope: 'Local' }, ({ Policies }) => Policies)
    .catch((error: unknown) => {
      if (isRefusal(error, 'AccessDenied')) return [];
      throw error;
    });
  const arns = new Map(all.map(({ Arn = '' }) => [Arn.slice(Arn.lastIndexOf('/') + 1).toLowerCase(), Arn]));
  return missing.flatMap(({ name, path }) => {
    const arn = arns.get(name.toLowerCase());
    return arn === undefined ? [] : { kind: 'policy', name, arn, isItself: arn.endsWith(`:policy${path}${name}`) };
  });
}

export function nameTaken({ kind, name, arn, isItself }: Namesake): Obstacle {
  const made =
    `the ${kind} ${arn} was made just now, by another run or by someone: one read of IAM did not find it, and the next ` +
    'one did. Run the step again: the plan then says whose it is';
  const other =
    `the ${kind} ${name} cannot be made, as ${arn} is there: AWS allows no two names that differ only in case or path. ` +
    `Declare that ${kind} by its own name and path, or choose another name`;
  return { code: 'name-taken', text: isItself ? made : other };
}
