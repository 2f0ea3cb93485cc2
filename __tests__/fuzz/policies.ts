import fc from 'fast-check';
import { contextOf } from '../../sandbox/policy/context';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { evaluate, type AccessRequest } from '../../sandbox/policy/evaluate';

const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 2 });
const action = fc.constantFrom('s3:Get', 'S3:put', 's3:*', 's3:?et', '*', 'iam:*', '*t', 'iam:Get');
const resource = fc.constantFrom('a/x', 'a/*', '*', 'a/?', 'b', '*x', 'a/${aws:username}');
const operator = fc.constantFrom(
  ...['StringEquals', 'StringLike', 'StringNotEquals', 'StringNotLike', 'StringEqualsIfExists'],
  ...['StringEqualsIgnoreCase', 'ForAnyValue:StringLike', 'ForAllValues:StringEquals', 'ForAnyValue:StringNotEquals'],
);
const values = some(fc.constantFrom('x', 'X', 'y', 'x*', '*'));
const key = fc.constantFrom('aws:username', 'AWS:userid');
export const condition = fc.dictionary(operator, fc.dictionary(key, values, { minKeys: 1, maxKeys: 1 }), {
  maxKeys: 2,
});
export const parts = {
  Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
  actions: fc.tuple(fc.constantFrom('Action', 'Action', 'NotAction'), some(action)),
  resources: fc.tuple(fc.constantFrom('Resource', 'Resource', 'NotResource'), some(resource)),
  condition: fc.option(condition, { nil: undefined }),
};
type Parts = { readonly [name in keyof typeof parts]: (typeof parts)[name] extends fc.Arbitrary<infer T> ? T : never };

function statementOf({ Effect, actions, resources, condition: Condition }: Parts) {
  const access = { Effect, [actions[0]]: actions[1], [resources[0]]: resources[1] };
  return { ...access, ...(Condition && { Condition }) };
}

export const policyOf = (Version: string, statements: readonly Parts[]) =>
  ({ Version, Statement: statements.map(statementOf) }) as PolicyDocument;
export const version = fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17');
export const statements = fc.array(fc.record(parts), { minLength: 1, maxLength: 3 });
export const policy = fc.tuple(version, statements).map(([of, all]) => policyOf(of, all));

const VALUES = [undefined, 'x', 'X', 'y', 'xy'];
/** Requests to which the policies say one thing or another. */
export const REQUESTS: AccessRequest[] = ['s3:Get', 's3:Put', 'iam:Get', 'iam:Put', 'ec2:Start'].flatMap((name) =>
  ['a/x', 'a/y', 'a/xy', 'a/X', 'b', 'a'].flatMap((on) =>
    VALUES.flatMap((username) =>
      [undefined, 'x', 'xx'].map((userid) => ({
        action: name,
        resource: on,
        context: contextOf({ 'aws:username': username, 'aws:userid': userid }),
      })),
    ),
  ),
);

/** Whether policies taken together allow a request. */
export const isAllowed = (request: AccessRequest, ...policies: readonly PolicyDocument[]) =>
  evaluate(policies, request) === 'Allow';
export const asDocument = (one: PolicyDocument) => JSON.parse(JSON.stringify(one)) as Readonly<Record<string, unknown>>;
