import { consolePage } from '../../src/aws/console';

test.each([
  ['arn:aws:sts::123456789012:assumed-role/deploy/ci', 'https://console.aws.amazon.com/iam/home#/roles/details/deploy'],
  ['arn:aws:iam::123456789012:role/team/deploy', 'https://console.aws.amazon.com/iam/home#/roles/details/deploy'],
  ['arn:aws:iam::123456789012:user/machine/ci', 'https://console.aws.amazon.com/iam/home#/users/details/ci'],
  ['arn:aws-cn:iam::123456789012:user/ci', 'https://console.amazonaws.cn/iam/home#/users/details/ci'],
  [
    'arn:aws-us-gov:iam::123456789012:role/deploy',
    'https://console.amazonaws-us-gov.com/iam/home#/roles/details/deploy',
  ],
  ['arn:aws-eusc:iam::123456789012:role/deploy', 'https://console.amazonaws-eusc.eu/iam/home#/roles/details/deploy'],
  [
    'arn:aws:iam::123456789012:role/a+b=c,@d',
    'https://console.aws.amazon.com/iam/home#/roles/details/a%2Bb%3Dc%2C%40d',
  ],
])('%s has the page %s', (arn, page) => {
  expect(consolePage(arn)).toBe(page);
});

test.each([
  'arn:aws-iso:iam::123456789012:role/deploy',
  'arn:aws:iam::123456789012:root',
  'arn:aws:sts::123456789012:federated-user/ci',
  'arn:minio:iam:::user/ci',
  'not an ARN',
])('%s has none', (arn) => {
  expect(consolePage(arn)).toBeUndefined();
});
