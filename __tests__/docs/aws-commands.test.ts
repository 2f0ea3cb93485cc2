import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import { pages } from './pages';

const SERVICES: Readonly<Record<string, object>> = { iam, sts };
/** What the AWS CLI adds to all commands, and to those that write a file. */
const OWN_OPTIONS = new Set(['query', 'output', 'profile', 'region', 'outfile', 'bootstrap-method']);

/** A structure as the SDK describes it: among other things its members, and how many of the first ones are required. */
type Structure = readonly [
  kind: 3,
  namespace: string,
  name: string,
  traits: unknown,
  members: string[],
  types: unknown[],
  required?: number,
];

const commands = pages().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ content }) => content.replaceAll(/\\\n\s*/g, '').split('\n'))
    .filter((line) => /^aws (iam|sts) /.test(line))
    .map((line) => [path, line] as const),
);

test('there are AWS commands in the pages', () => {
  expect(commands.length).toBeGreaterThan(8);
});

test.each(commands)('%s shows a command that exists, with its parameters: %s', (_, line) => {
  const [, service = '', operation = '', rest = ''] = /^aws (\w+) ([\w-]+)(.*)$/.exec(line) ?? [];
  const [, , , , members, , required = 0] = requestOf(service, operation);
  const plain = rest.replaceAll(/"[^"]*"|'[^']*'/g, 'value');
  const options = [...plain.matchAll(/ --([\w-]+)/g)].map(([, option = '']) => option);
  const given = options.filter((option) => !OWN_OPTIONS.has(option)).map((option) => option.replaceAll('-', ''));
  const known = members.map((member) => member.toLowerCase());
  expect(known).toEqual(expect.arrayContaining(given));
  expect(given).toEqual(expect.arrayContaining(known.slice(0, required)));
});

/** The request of `create-user` and the like. */
function requestOf(service: string, operation: string): Structure {
  const name = `${operation.replaceAll('-', '')}request$`;
  const [, structure] = Object.entries(SERVICES[service] ?? {}).find(([key]) => key.toLowerCase() === name) ?? [];
  if (!Array.isArray(structure)) throw new Error(`${service} has no ${operation}`);
  return structure as unknown as Structure;
}
