import fc from 'fast-check';
import { contextOf } from '../../sandbox/policy/context';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { widenings } from '../../src/policy/widenings';
import { holds } from './cases';
import { asDocument, condition, isAllowed, parts, policy, policyOf, REQUESTS, statements, version } from './policies';

/** A policy, and another that differs from it in some respect. */
const change = fc
  .record({ version, other: version, statements, at: fc.nat(2), with: fc.record(parts, { requiredKeys: [] }) })
  .map(({ version: of, other, statements: all, at, with: changed }) => {
    const after = all.map((one, index) => (index === at % all.length ? { ...one, ...changed } : one));
    return [policyOf(of, all), policyOf(other, after)] as const;
  });

/** Two policies of one statement that differ in one condition. */
const conditions = fc
  .record({ effect: fc.constantFrom('Allow' as const, 'Deny' as const), one: condition, other: condition })
  .map(({ effect, ...both }) => {
    const access = { Effect: effect, Action: '*', Resource: '*' } as const;
    // What is allowed besides lets a deny count.
    const allowed = effect === 'Deny' ? [{ ...access, Effect: 'Allow' } as const] : [];
    const policyWith = (Condition: (typeof both)['one']): PolicyDocument => ({
      Version: '2012-10-17',
      Statement: [{ ...access, Condition }, ...allowed],
    });
    return [policyWith(both.one), policyWith(both.other)] as const;
  });

test('a policy that allows a request which another refuses is wider than that', () =>
  holds(
    0.1,
    fc.property(fc.oneof(fc.tuple(policy, policy), change, conditions), ([before, after]) => {
      if (REQUESTS.some((request) => isAllowed(request, after) && !isAllowed(request, before))) {
        expect(widenings([asDocument(before)], [asDocument(after)])).not.toEqual([]);
      }
    }),
  ));

test('a policy is not wider than itself, nor than itself with one statement more that allows, or less that denies', () =>
  holds(
    0.02,
    fc.property(policy, fc.nat(), (one, at) => {
      const statements = [one.Statement].flat();
      const chosen = statements[at % statements.length];
      const others = statements.filter((other) => other !== chosen);
      const [more, less] = [asDocument(one), asDocument({ ...one, Statement: others })];
      expect(widenings([more], [more])).toEqual([]);
      if (chosen?.Effect === 'Allow') expect(widenings([more], [less])).toEqual([]);
      if (chosen?.Effect === 'Deny') expect(widenings([less], [more])).toEqual([]);
    }),
  ));

/** Networks of the eight addresses that have the same first 29 or 125 bits. */
const network = (addresses: readonly string[], bits: number) =>
  fc.tuple(fc.nat(addresses.length - 1), fc.nat(3)).map(([at, more]) => `${addresses[at] ?? ''}/${bits - 3 + more}`);
const [FOUR, SIX] = ['10.0.0.', '2001:db8::'].map((start) => Array.from({ length: 8 }, (_, at) => `${start}${at}`));
const networks = fc.array(fc.oneof(network(FOUR ?? [], 32), network(SIX ?? [], 128)), { minLength: 1, maxLength: 6 });

test('a condition on addresses is looser only where an address passes that did not', () =>
  holds(
    0.02,
    fc.property(fc.constantFrom('IpAddress', 'NotIpAddress'), networks, networks, (operator, before, after) => {
      const policyWith = (values: readonly string[]): PolicyDocument => ({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { 'aws:SourceIp': [...values] } } },
        ],
      });
      const passes = (address: string, values: readonly string[]) =>
        isAllowed(
          { action: 's3:Get', resource: 'a', context: contextOf({ 'aws:SourceIp': address }) },
          policyWith(values),
        );
      const isLooser = [...(FOUR ?? []), ...(SIX ?? [])].some(
        (address) => passes(address, after) && !passes(address, before),
      );
      expect(widenings([asDocument(policyWith(before))], [asDocument(policyWith(after))]).length > 0).toBe(isLooser);
    }),
  ));
