import { readKeyRecord, writeKeyRecord } from '../../../src/provisioning/access-keys/key-record';
import { whole, type Brief } from './record';

const ONE = 'AKIAIOSFODNN7EXAMPLE';
const TWO = 'AKIAI44QH8DHBEXAMPLE';
/** IDs as other vendors make them. */
const [GARAGE, ODD] = ['GK31c2f218a2e44f48EXAMPLE', 'c3RvcmFnZQ+EXAMPLE/key-1=='];

test.each<[Brief, string | undefined]>([
  [{ stage: 'none' }, undefined],
  [{ stage: 'creating' }, 'creating'],
  [{ stage: 'creating', after: ONE }, `creating after=${ONE}`],
  [{ stage: 'creating', other: TWO }, `creating beside=${TWO}`],
  [{ stage: 'creating', after: ONE, other: TWO }, `creating after=${ONE} beside=${TWO}`],
  [{ stage: 'delivering', key: ONE }, `delivering=${ONE}`],
  [{ stage: 'delivering', key: ONE, after: TWO }, `delivering=${ONE} after=${TWO}`],
  [{ stage: 'delivered', key: ONE }, `delivered=${ONE}`],
  [{ stage: 'delivered', key: ONE, retiring: TWO }, `delivered=${ONE} retiring=${TWO}`],
  [{ stage: 'delivered', key: ONE, retired: TWO }, `delivered=${ONE} retired=${TWO}`],
  [{ stage: 'delivered', key: ONE, retiring: ONE, retired: TWO }, `delivered=${ONE} retiring=${ONE} retired=${TWO}`],
  [{ stage: 'incomplete' }, 'incomplete'],
  [{ stage: 'incomplete', after: ONE }, `incomplete after=${ONE}`],
  [{ stage: 'delivered', key: GARAGE, retired: ODD }, `delivered=${GARAGE} retired=${ODD}`],
  [{ stage: 'creating', after: ODD, other: GARAGE }, `creating after=${ODD} beside=${GARAGE}`],
])('%j is written as %s, and read back', (record, value) => {
  expect(writeKeyRecord(whole(record))).toBe(value);
  expect(readKeyRecord(value)).toEqual(record);
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
  expect(value ?? '').toMatch(/^[\w.:/=+@ -]{0,256}$/);
});

test.each<[what: string, value: string, Brief]>([
  ['nothing', '', { stage: 'none' }],
  ['words of others', 'made by hand', { stage: 'none' }],
  ['no key', 'delivered=', { stage: 'none' }],
  ['what is no key', 'delivered=nonsense', { stage: 'none' }],
  ['a key that is too short', 'delivered=AKIA', { stage: 'none' }],
  ['a key that is too long', `delivered=${'A'.repeat(129)}`, { stage: 'none' }],
  ['a delivery of no key', `delivering after=${TWO}`, { stage: 'none' }],
  ['a second key that is none', `delivered=${ONE} retired=?`, { stage: 'delivered', key: ONE }],
  ['more words', `delivered=${ONE} since=yesterday`, { stage: 'delivered', key: ONE }],
  ['more spaces', ` delivered=${ONE}  retired=${TWO} `, { stage: 'delivered', key: ONE, retired: TWO }],
  ['another order', `retired=${TWO} delivered=${ONE}`, { stage: 'delivered', key: ONE, retired: TWO }],
  ['a word of another stage', `delivering=${ONE} retired=${TWO}`, { stage: 'delivering', key: ONE }],
  ['creation of nothing known', 'creating after=? beside=', { stage: 'creating' }],
])('a value that someone spoiled: %s', (_, value, record) => {
  expect(readKeyRecord(value)).toEqual(record);
});
