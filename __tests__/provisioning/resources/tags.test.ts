import { declarableTags } from '../../../src/provisioning/resources/tags';
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
