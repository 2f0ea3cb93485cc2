import { notOurs, ownershipTags, ownerOf, type Owner } from '../../../src/provisioning/resources/ownership';
import { NOBODYS, OURS, TARGET, THEIRS } from '../declared';

test('what is made says by whom, and for which repository', () => {
  expect(ownershipTags('octo/app')).toEqual(OURS);
});

test.each<[what: string, tags: Record<string, string>, Owner]>([
  ['made for this repository', OURS, 'this repository'],
  ['whose name is written otherwise', { ...OURS, 'managed-by-repository': 'Octo/App' }, 'this repository'],
  ['made for another repository', THEIRS, { repository: 'octo/other' }],
  ['whose name only begins alike', { ...OURS, 'managed-by-repository': 'octo/app2' }, { repository: 'octo/app2' }],
  ['made by hand', NOBODYS, 'nobody'],
  ['without tags', {}, 'nobody'],
  ['made by others', { ...OURS, 'managed-by': 'terraform' }, 'nobody'],
  ['with half of the tags', { 'managed-by': 'aws-identity-action' }, 'nobody'],
  ['with the other half', { 'managed-by-repository': 'octo/app' }, 'nobody'],
])('something %s', (_, tags, owner) => {
  expect(ownerOf(tags, 'octo/app')).toEqual(owner);
});

test.each([
  [OURS, false, undefined],
  [OURS, true, undefined],
  [THEIRS, true, undefined],
  [NOBODYS, true, undefined],
  [THEIRS, false, 'is managed by the repository octo/other (tag managed-by-repository)'],
  [NOBODYS, false, 'was not made by this action (it lacks the tag managed-by=aws-identity-action)'],
])('what has the tags %j is touched, with adopt-existing: %s, unless it %s', (tags, adoptExisting, why) => {
  const obstacle = notOurs('user', 'arn:aws:iam::123456789012:user/ci', tags, { account: TARGET, adoptExisting });
  const text = `the user arn:aws:iam::123456789012:user/ci is there and ${why ?? ''}. To take it over, set adopt-existing: true; else choose another name`;
  expect(obstacle).toEqual(why && { code: 'not-ours', text });
});
