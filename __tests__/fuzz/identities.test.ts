import fc from 'fast-check';
import { problemText } from '../../src/identities/document-problems';
import { readDocument } from '../../src/identities/read-document';
import { readDocumentText } from '../../src/text/document-text';
import { readYaml } from '../../src/text/yaml';
import { holds } from './cases';
import { documentText } from './documents';
import { treacherousWorkspace } from './workspace';

const workspace = treacherousWorkspace();
const settings = {
  workspace,
  partition: 'aws',
  isForAws: true,
  repository: { name: 'octo/app', id: '2', ownerId: '1' },
  server: 'https://github.com',
  forge: 'GitHub',
  terraformAddress: undefined,
};

test('whatever the document, it is read, or everything that is wrong with it is reported', () =>
  holds(
    0.18,
    fc.property(documentText, (input) => {
      const text = readDocumentText(input, workspace);
      const read = 'wrong' in text ? { problems: [] } : readDocument(text, settings);
      if ('declaration' in read) {
        const { users, roles, policies, oidcProviders } = read.declaration;
        expect([...users, ...roles, ...policies, ...oidcProviders]).not.toEqual([]);
        return;
      }
      const problems = 'wrong' in text ? [text.wrong] : read.problems.map(problemText);
      expect(problems).not.toEqual([]);
      for (const problem of problems) {
        expect(problem).toMatch(/\S/);
        expect(problem).not.toMatch(/\n\s+at |node_modules|root:x:0:0/);
      }
    }),
  ));

test('a document means nothing else when it is read a second time, and never changes what other objects are', () =>
  holds(
    0.03,
    fc.property(documentText, (text) => {
      const before = Reflect.ownKeys(Object.prototype);
      expect(JSON.stringify(readYaml(text).value)).toBe(JSON.stringify(readYaml(text).value));
      expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    }),
  ));
