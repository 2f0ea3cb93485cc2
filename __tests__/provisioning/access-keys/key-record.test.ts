import { readKeyRecord, writeKeyRecord } from '../../../src/provisioning/access-keys/key-record';
import { whole, type Brief } from './record';

const ONE = 'AKIAIOSFODNN7EXAMPLE';
const TWO = 'AKIAI44QH8DHBEXAMPLE';
/** IDs as other vendors make them. */
const [GARAGE, ODD] = ['GK31c2f218a2e44f48EXAMPLE', 'c3RvcmFnZQ+EXAMPLE/key-1=='];

test.each<[Brief, string | undefined]>([
  [{ progress: 'none' }, undefined],
  [{ progress: 'creating' }, 'creating'],
  [{ progress: 'creating', after: ONE }, `creating after=${ONE}`],
  [{ progress: 'creating', other: TWO }, `creating beside=${TWO}`],
  [{ progress: 'creating', after: ONE, other: TWO }, `creating after=${ONE} beside=${TWO}`],
  [{ progress: 'delivering', key: ONE }, `delivering=${ONE}`],
  [{ progress: 'delivering', key: ONE, after: TWO }, `delivering=${ONE} after=${TWO}`],
  [{ progress: 'delivered', key: ONE }, `delivered=${ONE}`],
  [{ progress: 'delivered', key: ONE, retiring: TWO }, `delivered=${ONE} retiring=${TWO}`],
  [{ progress: 'delivered', key: ONE, retired: TWO }, `delivered=${ONE} retired=${TWO}`],
  [{ progress: 'delivered', key: ONE, retiring: ONE, retired: TWO }, `delivered=${ONE} retiring=${ONE} retired=${TWO}`],
  [{ progress: 'incomplete' }, 'incomplete'],
  [{ progress: 'incomplete', after: ONE }, `incomplete after=${ONE}`],
  [{ progress: 'delivered', key: GARAGE, retired: ODD }, `delivered=${GARAGE} retired=${ODD}`],
  [{ progress: 'creating', after: ODD, other: GARAGE }, `creating after=${ODD} beside=${GARAGE}`],
])('%j is written as %s, and read back', (record, value) => {
  expect(writeKeyRecord(whole(record))).toBe(value);
  expect(readKeyRecord(value)).toEqual(record);
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
  expect(value ?? '').toMatch(/^[\w.:/=+@ -]{0,256}$/);
});

test.each<[what: string, value: string, Brief]>([
  ['nothing', '', { progress: 'none' }],
  ['words of others', 'made by hand', { progress: 'none' }],
  ['no key', 'delivered=', { progress: 'none' }],
  ['what is no key', 'delivered=nonsense', { progress: 'none' }],
  ['a key that is too short', 'delivered=AKIA', { progress: 'none' }],
  ['a key that is too long', `delivered=${'A'.repeat(129)}`, { progress: 'none' }],
  ['a delivery of no key', `delivering after=${TWO}`, { progress: 'none' }],
  ['a second key that is none', `delivered=${ONE} retired=?`, { progress: 'delivered', key: ONE }],
  ['more words', `delivered=${ONE} since=yesterday`, { progress: 'delivered', key: ONE }],
  ['more spaces', ` delivered=${ONE}  retired=${TWO} `, { progress: 'delivered', key: ONE, retired: TWO }],
  ['another order', `retired=${TWO} delivered=${ONE}`, { progress: 'delivered', key: ONE, retired: TWO }],
  ['a word of another progress', `delivering=${ONE} retired=${TWO}`, { progress: 'delivering', key: ONE }],
  ['creation of nothing known', 'creating after=? beside=', { progress: 'creating' }],
])('a value that someone spoiled: %s', (_, value, record) => {
  expect(readKeyRecord(value)).toEqual(record);
});
