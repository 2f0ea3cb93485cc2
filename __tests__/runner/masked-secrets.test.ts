import { MaskedSecrets } from '../../src/runner/masked-secrets';

test('what was masked is hidden line by line, the longest first', () => {
  const masks = new MaskedSecrets();
  expect(masks.add('a secret\r\n\nof lines')).toEqual(['a secret', 'of lines']);
  expect(masks.add('a secret')).toEqual([]);
  masks.add('a secret, longer');
  expect(masks.hide('a secret, longer; of lines; a secret; none')).toBe('***; ***; ***; none');
  masks.add('p*ss_w[o]rd$1/+?.^|()\\{}');
  expect(masks.hide('p*ss_w[o]rd$1/+?.^|()\\{}')).toBe('***');
  expect(masks.hide('p\\*ss\\_w\\[o\\]rd$1/+?.^\\|()\\\\\\{\\}')).toBe('***');
});
