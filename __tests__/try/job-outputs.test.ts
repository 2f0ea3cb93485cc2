import { passedOutputs } from '../../try/job-outputs';

test('outputs with a masked value in them do not reach other jobs', () => {
  const outputs = { key: 'AKIAIOSFODNN7EXAMPLE', url: 'https://x?key=AKIAIOSFODNN7EXAMPLE', account: '123456789012' };
  const masks = new Set(['AKIAIOSFODNN7EXAMPLE']);
  expect(passedOutputs(outputs, masks)).toEqual({
    passed: { account: '123456789012' },
    withheld: ['key', 'url'],
  });
  expect(passedOutputs(outputs, new Set())).toEqual({ passed: outputs, withheld: [] });
});
