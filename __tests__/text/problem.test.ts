import { keyPathText } from '../../src/text/problem';

test.each([
  [[], ''],
  [['users', 'pulumi', 'access-key', 'max-age'], 'users.pulumi.access-key.max-age'],
  [['users', 'a', 'access-key', 'deliver', 2, 'profile'], 'users.a.access-key.deliver[2].profile'],
  [['users', 'a.b', 'tags', 'x\ny'], 'users["a.b"].tags["x\\ny"]'],
  [[''], '[""]'],
])('%j is written %s', (path, text) => {
  expect(keyPathText(path)).toBe(text);
});
