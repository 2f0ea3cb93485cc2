import fc from 'fast-check';
import type { PolicyDocument } from '../../sandbox/policy/document';
import type { DeclaredUser } from '../../src/identities/declaration';
import { arn, declaredPolicy, declaredRole, declaredUser } from '../provisioning/declared';
import { planOf, wideningsIn } from '../provisioning/planned';
import { holds } from './cases';
import { asDocument, isAllowed, policy, REQUESTS } from './policies';

type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never;

/** What the account or the document has under the names of two managed policies, and for an inline policy. */
const texts = fc.record({ a: policy, b: policy, inline: policy });
type Texts = Drawn<typeof texts>;

const NAMES = ['a', 'b'] as const;
const held = fc.record({
  attached: fc.subarray([...NAMES]),
  hasInline: fc.boolean(),
  boundary: fc.constantFrom(undefined, undefined, ...NAMES),
});
type Held = Drawn<typeof held>;

/** Somebody before and after: the same, or anything. */
const holder = fc.oneof(
  held.map((one) => [one, one] as const),
  fc.tuple(held, held),
);

/** The same policies, each in any of the places. */
const moved = fc
  .tuple(policy, policy, policy)
  .chain((three) => fc.tuple(fc.constant(three), fc.shuffledSubarray(three, { minLength: 3 })))
  .map(([[a, b, inline], [newA = a, newB = b, newInline = inline]]): [Texts, Texts] => [
    { a, b, inline },
    { a: newA, b: newB, inline: newInline },
  ]);
const unchanged = texts.map((one) => [one, one] as const);
const change = fc.oneof(fc.tuple(texts, texts), moved, unchanged);

function policiesOf({ attached, hasInline }: Held, { inline, ...managed }: Texts): PolicyDocument[] {
  return [...attached.map((name) => managed[name]), ...(hasInline ? [inline] : [])];
}

const inlineOf = (hasInline: boolean, { inline }: Texts): DeclaredUser['inlinePolicies'] =>
  hasInline ? { own: asDocument(inline) } : {};

/** What somebody may do: whether each of the requests. */
function allowedTo(one: Held, of: Texts): boolean[] {
  const policies = policiesOf(one, of);
  return REQUESTS.map(
    (request) =>
      isAllowed(request, ...policies) && (one.boundary === undefined || isAllowed(request, of[one.boundary])),
  );
}

test('if anybody may do more when a document is applied, its plan widens access', () =>
  holds(
    0.01,
    fc.property(change, holder, holder, fc.constantFrom(undefined, ...NAMES), ([before, after], user, role, others) => {
      const stranger = { attached: others ? [others] : [], hasInline: false, boundary: undefined };
      const all = [user, role, [stranger, stranger]] as const;
      const uses = (name: string) =>
        all.flatMap(([{ attached, boundary }]) => [...attached, boundary]).filter((one) => one === name).length;
      const existing = ([{ attached, hasInline, boundary }]: readonly [Held, Held]) => ({
        attachedPolicies: attached.map((name) => arn(`policy/${name}`)),
        inlinePolicies: inlineOf(hasInline, before),
        permissionsBoundary: boundary && arn(`policy/${boundary}`),
      });
      const declared = ([, { attached, hasInline, boundary }]: readonly [Held, Held]) => ({
        policies: attached.map((name) => ({ declared: name })),
        inlinePolicies: inlineOf(hasInline, after),
        permissionsBoundary: boundary && { declared: boundary },
      });
      const plan = planOf(
        {
          policies: NAMES.map((name) => declaredPolicy({ name, document: asDocument(after[name]) })),
          users: [declaredUser({ name: 'ci', ...declared(user) })],
          roles: [declaredRole({ name: 'deploy', ...declared(role) })],
        },
        {
          policies: Object.fromEntries(
            NAMES.map((name) => [name, { document: asDocument(before[name]), uses: uses(name) }]),
          ),
          users: { ci: existing(user) },
          roles: { deploy: existing(role) },
        },
      );
      const mayDoMore = all.some(([had, has]) => {
        const could = allowedTo(had, before);
        return allowedTo(has, after).some((can, at) => can && could[at] !== true);
      });
      if (mayDoMore) expect(wideningsIn(plan)).not.toEqual([]);
    }),
  ));
