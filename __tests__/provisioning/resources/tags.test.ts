import { declarableTags, tagLines } from '../../../src/provisioning/resources/tags';
import { OURS } from '../declared';

test('tags that are not the document’s to set', () => {
  const tags = {
    team: 'a',
    'aws:cloudformation:stack-name': 'x',
    'AWS:x': 'y',
    awsome: 'z',
    'aws-identity-action:access-key': 'creating',
    ...OURS,
  };
  expect(declarableTags(tags)).toEqual({ team: 'a', awsome: 'z', ...OURS });
});

test.each<[Record<string, string>, Record<string, string>, ...string[]]>([
  [{}, {}],
  [{ team: 'core' }, { team: 'core' }],
  [{}, { team: 'platform' }, '+ tag team = platform'],
  [{ team: 'core' }, {}, '- tag team = core'],
  [{ team: 'core' }, { team: 'platform' }, '~ tag team = core → platform'],
  [{ team: '' }, { team: 'platform' }, '~ tag team =  → platform'],
  [{ constructor: 'x' }, {}, '- tag constructor = x'],
  [
    { c: '1', a: '1', e: '1' },
    { d: '1', b: '1', a: '2', e: '1' },
    '~ tag a = 1 → 2',
    '+ tag b = 1',
    '- tag c = 1',
    '+ tag d = 1',
  ],
])('tags %j to %j', (before, after, ...lines) => {
  expect(tagLines(before, after)).toEqual(lines);
});
